// The written arithmetic of one unit: for the chosen input map, and, if asked, for all of them.

import "../../shared/pixel-arithmetic.js";
import { h } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle } from "../../shared/layers.js";
import { titleOf } from "../columns/column.js";
import {
  activationLine,
  addedLine,
  denseLine,
  inputLine,
  normalizationLine,
  poolLine,
  scaledLine,
  softmaxLine,
  sumLine,
} from "./written.js";
import { pickedOf } from "./terms.js";

const POOLING = { maximum: "max_pool", mean: "average_pool" };
const MOST_WRITTEN = 64;
const MOST_WINDOW = 9;
const $ = (selector) => document.querySelector(selector);
let isOpen = false;

export function connectWorking(page) {
  $("#show-terms").addEventListener("click", () => {
    isOpen = !isOpen;
    drawAll(page);
  });
}

/** Nothing is open that could be written out. */
export function clearWorking() {
  $("#working-title").textContent = _("open a map in the network first");
  $("#working-body").hidden = true;
}

export function drawWorking(page, layer) {
  const { explained } = page;
  $("#working-body").hidden = false;
  const from = page.layer(layer.from[0]);
  const isConvolution = explained.role === "kernels";
  const window = isConvolution ? termWindow(page, from, pickedInput(page)) : poolingWindow(explained, from);
  $("#unit-arithmetic").hidden = !window;
  if (window) $("#unit-arithmetic").show(window, null);
  $("#working-title").textContent = isConvolution
    ? _("With %(map)s", { map: inputTitle(page, from, pickedInput(page)) })
    : _("In numbers");
  drawUnit(page, layer);
  $("#unit-sum").textContent = window && !isConvolution ? "" : lineOf(explained);
  $("#unit-sum").hidden = $("#unit-sum").textContent === "";
  drawAll(page);
}

function drawUnit({ explained, model }, layer) {
  const place = { row: explained.y, column: explained.x };
  const isMap = layer.shape.length === 3;
  const shown = h("strong", { class: "figure", id: "unit-value" }, number(explained.value, 4));
  const lead = isMap ? _("Row %(row)s, column %(column)s is", place) : _("It is");
  $("#unit-line").replaceChildren(lead, " ", shown, h("span", { class: "soft" }, counted(explained)));
  $("#field-line").textContent = fieldSentence(explained, model);
}

/** ": 90 products and the bias." */
function counted({ role, inputs, others }) {
  if (role === "kernels") return `: ${productsText(inputs.length * inputs[0].kernel.flat().length)}`;
  if (role === "weigh") return `: ${productsText(inputs.length + others)}`;
  return ".";
}

function productsText(count) {
  return _("%(count)s products and the bias.", { count: number(count) });
}

function fieldSentence({ receptive_field: field }, { input: [, height, width] }) {
  if (!field) return "";
  if (field.width >= width && field.height >= height) return _("This unit sees the whole picture.");
  return _("This unit sees a patch of %(size)s of these pixels, outlined on the photo.", {
    size: `${field.width} × ${field.height}`,
  });
}

function pickedInput(page) {
  const picked = pickedOf(page);
  return page.explained.inputs.find(({ channel }) => channel === picked);
}

function inputTitle(page, from, { channel }) {
  return _("%(map)s of %(layer)s", {
    map: channelTitle(from, channel, page.model.classes),
    layer: titleOf(page, from.name),
  });
}

/** One input map's part of the sum, as the arithmetic component takes it. */
function termWindow(page, from, { patch, kernel, products, sum }) {
  const step = { type: "convolution", matrix: kernel, divisor: 1, offset: 0, border: "zero" };
  return {
    step,
    patch,
    kernel,
    products,
    sum,
    value: sum,
    outside: outsideOf(page.explained, from),
    limit: from.limit,
    digits: 2,
  };
}

/** Which cells of the window lie beyond the map's edge, where the padding's zeros are. */
function outsideOf({ left, top, inputs }, { shape: [, height, width] }) {
  const isOutside = (row, column) => row < 0 || column < 0 || row >= height || column >= width;
  return inputs[0].kernel.map((line, i) => line.map((_weight, j) => isOutside(top + i, left + j)));
}

function poolingWindow({ function: name, patch, value }, from) {
  if (!POOLING[name] || !patch || patch.length > MOST_WINDOW) return null;
  const step = { type: POOLING[name], size: patch.length };
  return {
    step,
    patch,
    outside: patch.map((row) => row.map(() => false)),
    products: null,
    value,
    limit: from.limit,
    digits: 2,
  };
}

/** How the number came about, in one line; "" where nothing is computed. */
export function lineOf(explained) {
  const { role, channel } = explained;
  if (role === "kernels") return sumLine(explained);
  if (role === "normalize") return normalizationLine(explained);
  if (role === "function") return activationLine(explained);
  if (role === "scale") return scaledLine(explained);
  if (role === "weigh") return denseLine(explained);
  if (role === "sum") return addedLine(explained);
  if (role === "softmax") return softmaxLine(explained, channel);
  if (role === "input") return explained.level === undefined ? "" : inputLine(explained);
  if (role === "unroll") return flattenLine(explained);
  if (role === "pool" || role === "global_pool") return poolLine(explained);
  return "";
}

function flattenLine({ channel, from, value }) {
  const place = { unit: channel + 1, row: from.y, column: from.x, map: from.channel + 1, value: number(value, 4) };
  return _("unit %(unit)s is row %(row)s, column %(column)s of map %(map)s: %(value)s", place);
}

/** Every input map's arithmetic, for whoever wants to add it all up. */
function drawAll(page) {
  const { explained } = page;
  const canShow = explained?.role === "kernels" && explained.inputs.length > 1;
  $("#show-terms").hidden = !canShow;
  $("#show-terms").textContent = isOpen ? _("Show one") : _("Show them all");
  $("#show-terms").setAttribute("aria-expanded", String(isOpen && canShow));
  $("#all-terms").hidden = !canShow || !isOpen;
  if ($("#all-terms").hidden) return $("#all-terms").replaceChildren();
  const from = page.layer(page.layer(explained.layer).from[0]);
  return $("#all-terms").replaceChildren(
    ...explained.inputs.slice(0, MOST_WRITTEN).map((input) => written(page, from, input)),
  );
}

function written(page, from, input) {
  const arithmetic = document.createElement("pixel-arithmetic");
  arithmetic.show(termWindow(page, from, input), null);
  return h("section", {}, h("h4", { class: "small" }, inputTitle(page, from, input)), arithmetic);
}
