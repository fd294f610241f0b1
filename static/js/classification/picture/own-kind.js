// Pictures of the kind that a network learned from, where a photo is none: a digit, a shape.

import { _ } from "../../shared/i18n.js";

const SIDE = 128;
// A three, as a hand writes it, and a star, in shares of the picture.
const DIGIT = [
  [0.36, 0.27],
  [0.44, 0.2],
  [0.57, 0.21],
  [0.62, 0.31],
  [0.57, 0.42],
  [0.46, 0.48],
  [0.6, 0.54],
  [0.65, 0.65],
  [0.59, 0.76],
  [0.46, 0.8],
  [0.35, 0.74],
];
const STAR = Array.from({ length: 10 }, (_point, index) => {
  const [angle, far] = [(index * Math.PI) / 5 - Math.PI / 2, index % 2 ? 0.15 : 0.36];
  return [0.5 + far * Math.cos(angle), 0.5 + far * Math.sin(angle)];
});
const KINDS = {
  mnist: { shows: _("a 3"), draw: drawDigit },
  digits: { shows: _("a 3"), draw: drawDigit },
  shapes: { shows: _("a star"), draw: drawStar },
};

/** Whether a network of that data set can know what is on a photo. */
export function knowsPhotos({ dataset }) {
  return !Object.hasOwn(KINDS, dataset ?? "");
}

/** {file, shows, dataset}: a picture that a network of that data set can know. */
export async function pictureOfKind({ dataset }) {
  const { shows, draw } = KINDS[dataset];
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const context = canvas.getContext("2d");
  context.scale(SIDE, SIDE);
  draw(context);
  return { file: await new Promise((done) => canvas.toBlob(done, "image/png")), shows, dataset };
}

function drawDigit(context) {
  context.fillStyle = "black";
  context.fillRect(0, 0, 1, 1);
  Object.assign(context, { strokeStyle: "white", lineWidth: 0.09, lineCap: "round", lineJoin: "round" });
  trace(context, DIGIT);
  context.stroke();
}

function drawStar(context) {
  context.fillStyle = "#2e4057";
  context.fillRect(0, 0, 1, 1);
  context.fillStyle = "#e8c468";
  trace(context, STAR);
  context.fill();
}

function trace(context, points) {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
}
