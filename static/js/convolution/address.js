// The steps in the page's address: one kernel by its name and a few fields, or a chain as JSON.

import { Address } from "../shared/address.js";
import { brief, complete, convolution, sameMatrix } from "../shared/steps.js";
import { told } from "../shared/told.js";

const FIELDS = ["type", "matrix", "divisor", "offset", "stride", "dilation", "border", "padding", "flip", "size"];

export const STEPS = { steps: { read: readSteps, write: writeSteps, usual: usualSteps } };
export const ADDRESS = new Address(told.address, STEPS);

/** The state that a query describes, with a step open that there is. */
export function readAddress(search, kernels, address = ADDRESS) {
  const state = address.read(search, kernels);
  return { ...state, at: Math.min(state.at, state.steps.length - 1) };
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

/** A convolution step with a classic kernel's numbers; the name is kept so that twins stay apart. */
export function fromKernel({ name, matrix, divisor }, fields = {}) {
  const { kernel: _kernel, ...rest } = fields;
  return { ...convolution(matrix, { divisor, ...rest }), name };
}

function writeSteps(steps, _field, { query, known }) {
  const named = steps.map((step) => nameStep(step, known));
  if (steps.length !== 1 || !named[0].kernel) return JSON.stringify(named);
  for (const [key, value] of Object.entries(named[0])) query.set(key, value);
  return "";
}

function usualSteps(field, kernels) {
  const [{ kernel: usual }] = field.default;
  return [fromKernel(kernels.find(({ name }) => name === usual) ?? kernels[0])];
}

function readSteps(text, field, { query, known }) {
  try {
    const listed = text === null ? [loneStep(query, field)] : JSON.parse(text);
    const steps = listed.map((entry) => readStep(entry, field, known));
    return steps.length && steps.every(Boolean) ? steps.slice(0, field.high) : undefined;
  } catch {
    return undefined;
  }
}

function loneStep(query, field) {
  const step = { ...field.default[0] };
  for (const key of field.also) if (query.has(key)) step[key] = query.get(key);
  for (const key of ["stride", "dilation", "offset"]) if (key in step) step[key] = Number(step[key]);
  if (/^\d+$/.test(step.padding)) step.padding = Number(step.padding);
  if ("flip" in step) step.flip = step.flip === "true";
  return step;
}

function readStep(entry, field, kernels) {
  const kernel = kernels.find(({ name }) => name === entry.kernel);
  const known = Object.fromEntries(Object.entries(entry).filter(([key]) => FIELDS.includes(key)));
  const step = kernel ? fromKernel(kernel, known) : complete(known);
  return isUsable(step, field) ? step : null;
}

function isUsable(step, { ends, choices }) {
  const isBetween = (value, [low, high]) => Number.isFinite(value) && value >= low && value <= high;
  const isPace = (name) => Number.isInteger(step[name]) && isBetween(step[name], ends[name]);
  if (step.type === "relu") return true;
  if (step.type === "max_pool" || step.type === "average_pool") return isPace("size") && isPace("stride");
  return (
    step.type === "convolution" &&
    isMatrix(step.matrix, ends.side[1], (weight) => isBetween(weight, ends.weight)) &&
    isBetween(step.offset, ends.weight) &&
    isBetween(Math.abs(step.divisor), ends.divisor) &&
    isPace("stride") &&
    isPace("dilation") &&
    choices.includes(step.border) &&
    (step.border === "valid" ? step.padding === "same" : ["same", "full"].includes(step.padding) || isPace("padding"))
  );
}

function isMatrix(matrix, longest, isWeight) {
  const isRow = (row) => row.length === matrix[0].length && row.every(isWeight);
  return matrix.length > 0 && matrix.length <= longest && matrix[0].length <= longest && matrix.every(isRow);
}
