// A data set's sheet of samples: a row for each class, cut into strips and single pictures.

import { readDataset } from "../../api.js";
import { readPixels } from "../../shared/pixels.js";

const asked = new Map(); // by name
const [COLUMNS, ROWS] = [4, 2]; // of the pictures beside the network
const FEW = 1; // of each class, a tenth of the sheet's bytes: what is seen before it is opened

/** The data set's details with `picture`, some of the sheet's pixels; asked for once, and again where that failed. */
export function lookAt(name) {
  if (!asked.has(name)) {
    const looking = readFew(name).then(withPixels);
    looking.catch(() => asked.delete(name));
    asked.set(name, looking);
  }
  return asked.get(name);
}

/** The same with the whole sheet. */
export async function lookAtAll(name) {
  return withPixels(await readDataset(name));
}

/** Of few classes more pictures are needed to fill the place beside the network. */
async function readFew(name) {
  const details = await readDataset(name, FEW);
  return details.classes.length * FEW < COLUMNS * ROWS ? readDataset(name) : details;
}

async function withPixels(details) {
  return { ...details, picture: await readPixels(details.sheet) };
}

/** The first samples of eight classes, or fewer, in `canvas`. */
export function drawTiles(canvas, { sheet_columns: columns, picture }) {
  const side = rowHeight(picture, columns);
  const rows = Math.round(picture.height / side);
  const source = canvasOf(picture);
  Object.assign(canvas, { width: side * COLUMNS + COLUMNS - 1, height: side * ROWS + ROWS - 1 });
  const context = canvas.getContext("2d");
  for (let tile = 0; tile < COLUMNS * ROWS; tile += 1) {
    const [column, row] = [tile < rows ? 0 : Math.floor(tile / rows), tile % rows];
    const [x, y] = [(tile % COLUMNS) * (side + 1), Math.floor(tile / COLUMNS) * (side + 1)];
    context.drawImage(source, column * side, row * side, side, side, x, y, side, side);
  }
}

/** One picture of the sheet, {file, truth}: of a class that lies two thirds down the list. */
export async function pictureOf({ sheet_columns: columns, classes, picture }) {
  const side = rowHeight(picture, columns);
  const rows = Math.round(picture.height / side);
  const row = Math.floor((rows * 2) / 3);
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  canvas.getContext("2d").drawImage(canvasOf(picture), 0, row * side, side, side, 0, 0, side, side);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  return { file: new File([blob], "picture.png", { type: "image/png" }), truth: classes[row] };
}

/** The first sample of every class, side by side, in `canvas`. */
export function drawStrip(canvas, { sheet_columns: columns, picture }) {
  const side = picture.width / columns;
  const height = rowHeight(picture, columns);
  const rows = Math.round(picture.height / height);
  const source = canvasOf(picture);
  Object.assign(canvas, { width: side * rows, height });
  const context = canvas.getContext("2d");
  for (let row = 0; row < rows; row += 1)
    context.drawImage(source, 0, row * height, side, height, row * side, 0, side, height);
}

/** [{label, count, canvas}]: the row of each class that the sheet has. */
export function cutSheet({ sheet_columns: columns, classes, counts, picture }) {
  const height = rowHeight(picture, columns);
  const source = canvasOf(picture);
  const rows = Math.round(picture.height / height);
  return classes.slice(0, rows).map((label, row) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height });
    canvas.getContext("2d").drawImage(source, 0, row * height, picture.width, height, 0, 0, picture.width, height);
    return { label, count: counts.train[row], canvas };
  });
}

/** Pictures are as high as they are wide. */
function rowHeight(picture, columns) {
  return picture.width / columns;
}

function canvasOf(picture) {
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}
