// The page's state as the query of its address, and back. What equals its default is left out.

import { BORDERS, brief, complete, convolution, sameMatrix } from "./steps.js";

/** The name of a picture of one's own, which no link can carry. */
export const OWN = "own";
/** What a network was given of a picture. */
export const SEEN = "seen";

export const DEFAULTS = {
  sample: "astronaut",
  size: 1024,
  color: "rgb",
  display: "auto",
  view: "plain",
  at: 0,
  channel: 0,
  x: null,
  y: null,
  open: [],
};

const CHOICES = {
  color: ["rgb", "gray"],
  display: ["auto", "clip", "absolute", "rescale", "signed"],
  view: ["plain", "stretch"],
};
const FIELDS = ["type", "matrix", "divisor", "offset", "stride", "dilation", "border", "flip", "size"];
const MOST = 1e6;
const WHOLE = ["size", "at", "channel", "x", "y"];

/** The query string of `state`; `kernels` shortens a lone classic kernel to its name. */
export function write(state, kernels) {
  const query = new URLSearchParams();
  for (const key of Object.keys(DEFAULTS)) {
    const value = key === "open" ? state.open.join(",") : state[key];
    if (value !== null && value !== undefined && String(value) !== String(DEFAULTS[key])) query.set(key, value);
  }
  writeSteps(query, state.steps, kernels);
  return query.toString();
}

function writeSteps(query, steps, kernels) {
  const named = steps.map((step) => nameStep(step, kernels));
  if (steps.length !== 1 || !named[0].kernel) {
    query.set("steps", JSON.stringify(named));
    return;
  }
  for (const [key, value] of Object.entries(named[0])) query.set(key, value);
}

/** The step as requests write it: a classic kernel by its name, defaults left out. */
export function nameStep(step, kernels) {
  const short = brief(step);
  const known = step.type === "convolution" && findName(step, kernels);
  if (!known) return short;
  delete short.matrix;
  delete short.divisor;
  return { kernel: known, ...short };
}

/** The name of the classic kernel whose numbers the step uses, if it is one. */
export function findName(step, kernels) {
  const same = (kernel) => sameMatrix(kernel.matrix, step.matrix) && kernel.divisor === step.divisor;
  if (kernels.some((kernel) => kernel.name === step.name && same(kernel))) return step.name;
  return kernels.find(same)?.name ?? null;
}

/** The state that a query describes; what cannot be understood falls back to its default. */
export function read(search, kernels) {
  const query = new URLSearchParams(search);
  const state = { ...DEFAULTS };
  for (const key of Object.keys(DEFAULTS)) {
    if (query.has(key)) state[key] = query.get(key);
  }
  for (const key of WHOLE) state[key] = wholeNumber(state[key], DEFAULTS[key]);
  if (state.size < 1 || state.size > DEFAULTS.size) state.size = DEFAULTS.size;
  for (const [key, allowed] of Object.entries(CHOICES)) if (!allowed.includes(state[key])) state[key] = DEFAULTS[key];
  state.open = typeof state.open === "string" ? state.open.split(",").filter(Boolean) : [];
  state.steps = readSteps(query, kernels);
  state.at = Math.min(state.at, state.steps.length - 1);
  return state;
}

function wholeNumber(value, otherwise) {
  if (value === null || value === "") return otherwise;
  const read = Number(value);
  return Number.isInteger(read) && read >= 0 ? read : otherwise;
}

function readSteps(query, kernels) {
  const fallback = [fromKernel(kernels.find((kernel) => kernel.name === "edge-laplacian-8") ?? kernels[0])];
  try {
    const listed = query.has("steps") ? JSON.parse(query.get("steps")) : [loneStep(query)];
    const steps = listed.map((entry) => readStep(entry, kernels));
    return steps.length && steps.every(Boolean) ? steps.slice(0, 16) : fallback;
  } catch {
    return fallback;
  }
}

function loneStep(query) {
  const step = { kernel: query.get("kernel") ?? "edge-laplacian-8" };
  for (const key of ["stride", "dilation", "offset"]) if (query.has(key)) step[key] = Number(query.get(key));
  if (query.has("border")) step.border = query.get("border");
  if (query.has("flip")) step.flip = query.get("flip") === "true";
  return step;
}

function readStep(entry, kernels) {
  const kernel = kernels.find(({ name }) => name === entry.kernel);
  const known = Object.fromEntries(Object.entries(entry).filter(([key]) => FIELDS.includes(key)));
  const step = kernel ? fromKernel(kernel, known) : complete(known);
  return isUsable(step) ? step : null;
}

function isUsable(step) {
  const isPace = (value) => Number.isInteger(value) && value >= 1 && value <= 64;
  if (step.type === "relu") return true;
  if (step.type === "max_pool" || step.type === "average_pool") return isPace(step.size) && isPace(step.stride);
  const isUsed = isWeight(step.offset) && isWeight(step.divisor) && Math.abs(step.divisor) >= 1e-6;
  return (
    step.type === "convolution" &&
    isMatrix(step.matrix) &&
    isUsed &&
    isPace(step.stride) &&
    isPace(step.dilation) &&
    BORDERS.includes(step.border)
  );
}

function isMatrix(matrix) {
  const isRow = (row) => row.length === matrix[0].length && row.every(isWeight);
  return matrix.length > 0 && matrix.length <= 7 && matrix[0].length <= 7 && matrix.every(isRow);
}

function isWeight(value) {
  return Number.isFinite(value) && Math.abs(value) <= MOST;
}

/** A convolution step with a classic kernel's numbers; the name is kept so that twins stay apart. */
export function fromKernel({ name, matrix, divisor }, fields = {}) {
  const { kernel: _kernel, ...rest } = fields;
  return { ...convolution(matrix, { divisor, ...rest }), name };
}
