// The kernel, how its window moves, and how pictures are drawn: from the controls to the state, and back.

import { ADDRESS, findName } from "./address.js";
import { h, say } from "../shared/dom.js";
import { number, parseNumber, plain, size } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { margins, sameMatrix } from "../shared/steps.js";
import { forget, mistype, tell } from "./hint.js";
import { stepNote } from "./notes.js";
import { showFormula } from "./stage/formula.js";

const $ = (selector) => document.querySelector(selector);
const NUMBERS = ["stride", "dilation"];
const MOST_POOLED = 4; // as far as the strides go

export function connectControls(page) {
  fillKernelNames(page);
  $("#presets").kernels = page.kernels;
  $("#presets").addEventListener("preset", ({ detail }) => page.choose(detail));
  $("#kernel-name").addEventListener("change", ({ target }) =>
    page.choose(page.kernels.find(({ name }) => name === target.value)),
  );
  $("#kernel").addEventListener("weights", ({ detail }) => page.changeStep({ matrix: detail, name: null }));
  $("#kernel").addEventListener("mistyped", () => mistype("weight"));
  $("#kernel").addEventListener("focusout", tell);
  $("#side").addEventListener("change", ({ target }) => page.changeStep(resized(page.step, Number(target.value))));
  for (const field of ["divisor", "offset"]) {
    $(`#${field}`).addEventListener("input", ({ target }) => typeNumber(page, field, target));
    $(`#${field}`).addEventListener("blur", ({ target }) => showInForce(page.step[field], target));
  }
  $("#geometry").addEventListener("change", ({ target }) => changeGeometry(page, target));
  $("#display").addEventListener("change", ({ target }) => page.change({ display: target.value }));
  $("#color").addEventListener("change", ({ target }) => page.take(page.source, { color: target.value }));
  $("#channel").addEventListener("change", ({ target }) => page.change({ channel: Number(target.value) }));
  $("#view").addEventListener("change", ({ target }) => page.change({ view: target.checked ? "stretch" : "plain" }));
  document.addEventListener("theme", () => page.change({}));
  document.addEventListener("class-view", () => page.redraw());
  $("#levels").addEventListener("toggle", () => page.change({}));
  return { refresh: () => refresh(page) };
}

function fillKernelNames({ kernels }) {
  const options = kernels.map(({ name, title, use }) => h("option", { value: name }, `${title} · ${use}`));
  $("#kernel-name").replaceChildren(h("option", { value: "", disabled: true }, _("your own")), ...options);
}

function typeNumber(page, field, input) {
  const value = parseNumber(input.value);
  const usable = value !== null && (field !== "divisor" || Math.abs(value) >= 1e-6);
  input.toggleAttribute("aria-invalid", false);
  if (usable) return page.changeStep({ [field]: value });
  input.setAttribute("aria-invalid", "true");
  return mistype(field);
}

/** What was typed and cannot be used gives way to the number that is in force. */
function showInForce(value, input) {
  tell();
  input.removeAttribute("aria-invalid");
  input.value = plain(value);
}

function changeGeometry(page, { name, id, value, checked }) {
  if (id === "flip") page.changeStep({ flip: checked });
  else if (id === "padding-cells") typePadding(page, value);
  else if (name === "stride" && page.step.type !== "convolution") page.changeStep({ stride: Number(value) });
  else if (value === "valid") page.changeStep({ border: value, padding: "same" });
  else page.changeStep({ [name]: NUMBERS.includes(name) ? Number(value) : value });
}

/** Cells on each side; what is no such number gives way to the one in force. */
function typePadding(page, text) {
  const [least, most] = ADDRESS.field("steps").ends.padding;
  const padding = Number(text);
  if (text.trim() !== "" && Number.isInteger(padding) && padding >= least && padding <= most)
    page.changeStep({ padding });
  else showPadding(page.step);
}

/** `same` may need one cell more at the right and below than at the left and above: that is no number. */
function showPadding(step) {
  const [[above, below], [left, right]] = margins(step);
  const isEven = above === below && above === left && left === right;
  check("padding", String(step.padding));
  $("#padding-cells").value = isEven ? String(above) : "";
  for (const input of $(".padding-row").querySelectorAll("input")) input.disabled = step.border === "valid";
}

/** The matrix in the middle of a larger one, or its middle in a smaller one; pooling just changes its size. */
function resized(step, side) {
  if (step.type !== "convolution") return { size: side, stride: side };
  const whole = sameMatrix(cut(larger, step.matrix.length), step.matrix) ? larger : step.matrix;
  larger = whole;
  return { matrix: cut(whole, side), name: null };
}

// The kernel before its last cuts: whoever makes it smaller and larger again finds its outer numbers again.
let larger = [[0]];

function cut(matrix, side) {
  const shift = (length) => Math.floor((side - 1) / 2) - Math.floor((length - 1) / 2);
  const [down, right] = [shift(matrix.length), shift(matrix[0].length)];
  const line = Array.from({ length: side }, (_value, index) => index);
  return line.map((row) => line.map((column) => matrix[row - down]?.[column - right] ?? 0));
}

function refresh(page) {
  const { state, step } = page;
  const isKernel = step.type === "convolution";
  forget();
  $("#kernel").hidden = !isKernel;
  $("#other-step").hidden = isKernel;
  $("#learn").disabled = !isKernel || state.at > 0;
  $("#kernel-facts").hidden = step.type === "relu";
  for (const field of ["divisor", "offset"]) $(`#${field}`).closest("label").hidden = !isKernel;
  $("#kernel-name").hidden = !isKernel;
  if (isKernel) refreshKernel(page);
  else refreshOther(step);
  refreshGeometry(page, isKernel);
  check("color", state.color);
  check("channel", String(Math.min(state.channel, (page.input?.channels ?? 1) - 1)));
  $("#channel").hidden = page.input?.channels !== 3;
  $("#view").checked = state.view === "stretch";
  $("#size").value = String(state.size);
}

function refreshKernel({ step, kernels }) {
  $("#kernel").matrix = step.matrix;
  $("#kernel-name").value = findName(step, kernels) ?? "";
  for (const field of ["divisor", "offset"]) {
    if ($(`#${field}`) !== document.activeElement) $(`#${field}`).value = plain(step[field]);
  }
  showSide(step.matrix);
  offerSides(Infinity);
  const sum = step.matrix.flat().reduce((total, weight) => total + weight, 0);
  say($("#kernel-sum"), `${_("sum")} ${number(sum)}`);
}

/** A pasted kernel may be wider than high: its size is shown as well, but not offered. */
function showSide([first, ...others]) {
  const [rows, columns] = [others.length + 1, first.length];
  $("#side-own").hidden = rows === columns;
  say($("#side-own"), size(rows, columns));
  $("#side").value = rows === columns ? String(rows) : "own";
}

function refreshOther(step) {
  const rest = step.type === "relu" ? _("There is nothing to set.") : "";
  $("#other-step").textContent = `${stepNote(step)} ${rest}`.trim();
  if (step.size) $("#side").value = String(step.size);
  offerSides(MOST_POOLED);
  $("#kernel-sum").textContent = "";
}

function offerSides(most) {
  for (const option of $("#side").options) option.disabled = !(Number(option.value) <= most);
}

function refreshGeometry(page, isKernel) {
  const { step, input, result } = page;
  $("#geometry").hidden = step.type === "relu";
  $("#padding-menu").inert = !isKernel;
  check("stride", String(step.stride));
  if (isKernel) for (const name of ["dilation", "border"]) check(name, String(step[name]));
  if (isKernel) showPadding(step);
  $("#flip").checked = Boolean(step.flip);
  for (const field of ["stride", "dilation", "border"]) disableImpossible(page, field);
  showFormula(step, input, result);
}

/** Settings with which the window would not fit cannot be reached. */
function disableImpossible(page, field) {
  const { steps, at } = page.state;
  for (const radio of document.querySelectorAll(`[name=${field}]`)) {
    const value = NUMBERS.includes(field) ? Number(radio.value) : radio.value;
    radio.disabled = !radio.checked && !page.fits(steps.with(at, { ...page.step, [field]: value }));
  }
}

function check(name, value) {
  for (const radio of document.querySelectorAll(`[name=${name}]`)) radio.checked = radio.value === value;
}
