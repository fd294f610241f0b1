// What a question shows: a matrix, a picture, a table, curves; drawn from what the server tells of each.

import { h, s } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { _ } from "../shared/i18n.js";

const [WIDE, HIGH] = [240, 120];
const CHANCE = 0.02; // so that no line lies on the edge

const DRAWN = { matrix: drawMatrix, picture: drawPicture, table: drawTable, curves: drawCurves };

/** A figure with its title. */
export function drawFigure(figure, { isTitled = true } = {}) {
  const caption = isTitled && figure.title ? h("figcaption", {}, figure.title) : null;
  return h("figure", { class: `figure-${figure.kind}` }, caption, DRAWN[figure.kind](figure));
}

function drawMatrix({ title, rows, divisor, marked, outside }) {
  const cell = (value, row, column) => {
    const isMarked = marked?.[0] === row && marked?.[1] === column;
    const names = [isMarked ? "is-marked" : "", outside?.[row]?.[column] ? "is-outside" : ""];
    return h("td", { class: names.join(" ").trim() || null }, number(value, 3));
  };
  const lines = rows.map((values, row) =>
    h(
      "tr",
      {},
      values.map((value, column) => cell(value, row, column)),
    ),
  );
  const table = h("table", { class: "matrix", "aria-label": title }, h("tbody", {}, lines));
  if (divisor === 1) return table;
  return h("div", { class: "divided" }, table, h("span", {}, `÷ ${number(divisor)}`));
}

function drawPicture({ title, image, width, height, window }) {
  const shown = h("img", { src: image, alt: title, width, height });
  const picture = h("div", { class: "pixels" }, shown);
  if (window) picture.append(frame(window, width, height));
  return picture;
}

function frame([x, y, wide, high], width, height) {
  const box = h("span", { class: "window" });
  const places = { left: x / width, top: y / height, width: wide / width, height: high / height };
  for (const [name, share] of Object.entries(places)) box.style.setProperty(name, `${share * 100}%`);
  return box;
}

function drawTable({ rows }) {
  return h(
    "dl",
    { class: "facts" },
    rows.map(({ title, value }) => h("div", {}, h("dt", {}, title), h("dd", {}, value))),
  );
}

function drawCurves({ title, training, validation }) {
  const count = Math.max(training.length - 1, 1);
  const points = (values) =>
    values.map((share, at) => `${(at / count) * WIDE},${(1 - CHANCE - share * (1 - 2 * CHANCE)) * HIGH}`).join(" ");
  const line = (name, values) => s("polyline", { class: name, points: points(values) });
  const drawn = s(
    "svg",
    { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": title, preserveAspectRatio: "none" },
    line("training", training),
    line("validation", validation),
  );
  const legend = h(
    "p",
    { class: "legend" },
    h("span", { class: "training" }, _("training")),
    h("span", { class: "validation" }, _("validation")),
  );
  return h("div", {}, drawn, legend);
}
