// The strip below the network: the products behind the row that is looked at, or behind the open number; where nothing
// is open, what the columns and their lines mean.

import { fixed, number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { productsLine } from "./written.js";
import { pickedOf } from "./terms.js";
import { lineOf } from "./working.js";

const $ = (selector) => document.querySelector(selector);
const HINT = _("Click a map to see how it is made. Point at one: the lines show what it is made of.");

/** `explained` is the open number, null where none is; `looked` the row that is pointed at. */
export function showStrip(page, explained, looked) {
  $("#network-stage").classList.toggle("is-open", explained !== null);
  if (!explained) return write(null, "", HINT);
  const row = rowOf(page, explained, looked);
  if (row) return write(row.sum, looked?.title ?? row.title, productsLine(row));
  return write(explained.value, "", lineOf(explained));
}

/** What is said where nothing is open: of a column, or of lines. */
export function sayInStrip(text) {
  if (!$("#network-stage").classList.contains("is-open")) write(null, "", text || HINT);
}

/** The sum behind a class's number. */
export function showSum(explained, title) {
  write(explained.value, title, lineOf(explained));
}

/** The input map whose products are written out. */
function rowOf(page, explained, looked) {
  if (explained.role !== "kernels") return null;
  const channel = looked?.channel ?? pickedOf(page);
  const input = explained.inputs.find((one) => one.channel === channel);
  return input && { ...input, title: _("map %(number)s", { number: number(channel + 1) }) };
}

function write(value, name, line) {
  const strip = $("#strip-value");
  strip.hidden = value === null;
  strip.textContent = value === null ? "" : `${value > 0 ? "+" : ""}${fixed(value, 2)}`;
  strip.className = `figure ${value < 0 ? "is-negative" : value > 0 ? "is-positive" : ""}`;
  $("#strip-name").textContent = name;
  $("#strip-line").textContent = line;
  $("#strip-line").classList.toggle("figure", value !== null);
}
