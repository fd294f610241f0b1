// What a question shows: numbers in rows, a picture, a table, two curves. It does not know questions.

import { h, s } from "./dom.js";
import { number, percent } from "./format.js";
import { _ } from "./i18n.js";
import { largest, shade, tint } from "./sign.js";

const LEVELS = ["picture", "patch"]; // numbers that are gray levels, and no weights
const [WIDE, HIGH, EDGE] = [300, 140, 8];
const DRAW = { matrix: drawMatrix, picture: drawPicture, table: drawTable, curves: drawCurves };

/** The element for {kind, name, title, ...} as the server tells it; one that `isChoice` says its title to readers. */
export function drawFigure(figure, { isChoice = false } = {}) {
  const divisor = figure.divisor && figure.divisor !== 1 ? ` ÷ ${number(figure.divisor)}` : "";
  const caption = isChoice ? divisor : `${figure.title}${divisor}`;
  return h(
    isChoice ? "span" : "div",
    { class: `question-figure is-${figure.kind}` },
    caption ? h("span", { class: "question-caption" }, caption) : null,
    DRAW[figure.kind](figure),
  );
}

/** Each number on its gray, or in the color of its sign; read out row by row. */
function drawMatrix({ name, title, rows, marked, outside }) {
  const limit = largest(rows);
  const isLevels = LEVELS.includes(name);
  const cell = (value, y, x) => {
    const made = h("span", { class: "question-cell" }, number(value, 3));
    if (isLevels) shade(made, limit > 0 ? (255 * value) / limit : 0);
    else tint(made, value, limit);
    made.classList.toggle("is-marked", marked?.[0] === y && marked?.[1] === x);
    made.classList.toggle("is-outside", Boolean(outside?.[y][x]));
    return made;
  };
  const said = rows.map((row) => row.map((value) => number(value, 3)).join(" ")).join("; ");
  const grid = h(
    "span",
    { class: "question-matrix", role: "img", "aria-label": `${title}: ${said}` },
    ...rows.map((row, y) => row.map((value, x) => cell(value, y, x))),
  );
  grid.style.setProperty("--columns", rows[0].length);
  return grid;
}

/** The picture, and on it the window that is meant. */
function drawPicture({ title, width, height, image, window: at }) {
  const frame = h("span", { class: "question-picture" }, h("img", { src: image, alt: title, width, height }));
  if (!at) return frame;
  const mark = h("span", { class: "question-window" });
  const parts = [at[0] / width, at[1] / height, at[2] / width, at[3] / height];
  for (const [index, side] of ["left", "top", "width", "height"].entries()) mark.style[side] = `${100 * parts[index]}%`;
  frame.append(mark);
  return frame;
}

function drawTable({ rows }) {
  const line = ({ title, value }) => h("tr", {}, h("th", { scope: "row" }, title), h("td", { class: "figure" }, value));
  return h("table", { class: "question-table" }, h("tbody", {}, ...rows.map(line)));
}

/** Accuracy over the epochs, from 0 to 100 %: training and validation by their names at the curves' ends. */
function drawCurves({ title, training, validation }) {
  const names = { training: _("training"), validation: _("validation") };
  const curves = { training, validation };
  const ends = Object.entries(curves).map(([name, values]) => `${names[name]} ${percent(values.at(-1))}`);
  const points = (values) =>
    values.map((value, index) => [
      EDGE + (index * (WIDE - 2 * EDGE)) / Math.max(1, values.length - 1),
      HIGH - EDGE - value * (HIGH - 2 * EDGE),
    ]);
  const line = ([name, values]) =>
    s("polyline", {
      class: `is-${name}`,
      points: points(values)
        .map((point) => point.join(","))
        .join(" "),
    });
  const svg = s(
    "svg",
    { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `${title}: ${ends.join(", ")}` },
    s("path", { class: "axis", d: `M${EDGE},${EDGE}V${HIGH - EDGE}H${WIDE - EDGE}` }),
    ...Object.entries(curves).map(line),
  );
  const key = Object.keys(curves).map((name) => h("span", { class: `question-key is-${name}` }, names[name]));
  return h("span", { class: "question-curves" }, svg, h("span", { "aria-hidden": "true" }, ...key));
}
