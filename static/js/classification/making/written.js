// One number of a network as written arithmetic. Each function takes what the server explains and gives one line of
// text.

import { number } from "../../shared/format.js";
import { _, fill } from "../../shared/i18n.js";
import { told } from "../../shared/told.js";

const DIGITS = 3;
const MOST_TERMS = 6;
const MOST_PRODUCTS = 9;

/** "0.31 + (−0.12) + … + (−0.13) = 0.06": the sums of the input maps and the bias. */
export function sumLine({ inputs, bias, value }) {
  const order = [...inputs].sort((one, other) => Math.abs(other.sum) - Math.abs(one.sum));
  const shown = order.slice(0, MOST_TERMS).map(({ sum }) => bracket(sum));
  const rest = order.slice(MOST_TERMS);
  if (rest.length) shown.push(summedUp(total(rest.map(({ sum }) => sum)), rest.length));
  return `${shown.join(" + ")} + ${_("bias")} ${bracket(bias)} = ${number(value, DIGITS)}`;
}

/**
 * "0.325·0.143 + … = 0.66": one input map's part, input times weight, with as many decimals as the sum needs to come
 * out; of many products those that weigh most.
 */
export function productsLine({ patch, kernel, products, sum }) {
  const [levels, weights, parts] = [patch, kernel, products].map((rows) => rows.flat());
  const order = parts.map((_part, index) => index);
  const isLong = order.length > MOST_PRODUCTS;
  if (isLong) order.sort((one, other) => Math.abs(parts[other]) - Math.abs(parts[one]));
  const shown = order
    .slice(0, isLong ? MOST_PRODUCTS - 1 : MOST_PRODUCTS)
    .map((index) => `${bracket(levels[index])}·${bracket(weights[index])}`);
  const rest = order.slice(shown.length);
  if (rest.length) shown.push(summedUp(total(rest.map((index) => parts[index])), rest.length));
  return `${shown.join(" + ")} = ${number(sum, DIGITS)}`;
}

/** "max(0.3, 0.1, 0, 1.2) = 1.2", or the mean; of a large window only what comes of it. */
export function poolLine({ function: name, patch, count, value }) {
  const cells = patch?.flat() ?? [];
  const isShort = cells.length > 0 && cells.length <= MOST_PRODUCTS;
  const list = cells.map((cell) => number(cell, DIGITS));
  const result = number(value, DIGITS);
  if (name === "maximum")
    return isShort
      ? `max(${list.join(", ")}) = ${result}`
      : _("the largest of %(count)s: %(value)s", { count: number(count), value: result });
  return isShort
    ? `(${list.join(" + ")}) / ${list.length} = ${result}`
    : _("the mean of %(count)s: %(value)s", { count: number(count), value: result });
}

/** "(0.31 − 0.05) / √(0.84 + 0.001) · 1.2 + 0.3 = 0.64". */
export function normalizationLine({ input, mean, variance, epsilon, gamma, beta, value }) {
  const centered = `${number(input, DIGITS)} − ${bracket(mean)}`;
  const deviation = `√(${number(variance, DIGITS)} + ${number(epsilon, 5)})`;
  return `(${centered}) / ${deviation} · ${bracket(gamma)} + ${bracket(beta)} = ${number(value, DIGITS)}`;
}

/** "182 · 0.0039 + (−1) = −0.29". */
export function scaledLine({ input, scale, offset, value }) {
  const product = `${number(input, DIGITS)} · ${bracket(scale)}`;
  return `${product} + ${bracket(offset)} = ${number(value, DIGITS)}`;
}

/** "max(0, −0.31) = 0", or the function's name around the number. */
export function activationLine({ function: name, input, value }) {
  const inner = number(input, DIGITS);
  const { written } = told.layers.activations[name] ?? {};
  return `${written ? fill(written, { value: inner }) : `${name}(${inner})`} = ${number(value, DIGITS)}`;
}

/** "0.31·0.2 + … + 0.5 (1234 more) + bias 0.02 = 3.2". */
export function denseLine({ inputs, others, others_sum: sum, bias, value }) {
  const shown = inputs.slice(0, MOST_TERMS).map(({ input, weight }) => `${number(input, DIGITS)}·${bracket(weight)}`);
  const rest = total(inputs.slice(MOST_TERMS).map(({ product }) => product)) + sum;
  const count = inputs.length + others - shown.length;
  if (count > 0) shown.push(summedUp(rest, count));
  return `${shown.join(" + ")} + ${_("bias")} ${bracket(bias)} = ${number(value, DIGITS)}`;
}

/** "e^((3.2 − 4.1) / 1.1) = 0.44;  0.44 / (1 + 0.44 + …) = 0.28": one class's exponential as a share of all. */
export function softmaxLine({ logits, exponentials, sum, temperature, value }, unit) {
  const difference = `${number(logits[unit], DIGITS)} − ${bracket(Math.max(...logits))}`;
  const power = temperature === 1 ? difference : `(${difference}) / ${number(temperature, DIGITS)}`;
  const one = number(exponentials[unit], DIGITS);
  const all = exponentials.map((exponential) => number(exponential, 2)).join(" + ");
  return `e^(${power}) = ${one};  ${one} / (${all}) = ${one} / ${number(sum, DIGITS)} = ${number(value, 4)}`;
}

/** "0.3 + 0.5 = 0.8": the two ways through a residual block. */
export function addedLine({ terms, value }) {
  return `${terms.map(({ value: term }) => bracket(term)).join(" + ")} = ${number(value, DIGITS)}`;
}

/** "(182 / 255 − 0.49) / 0.25 = 0.9": how a level of the photo becomes what the network is given. */
export function inputLine({ level, mean, std, value }) {
  return `(${number(level)} / 255 − ${number(mean, DIGITS)}) / ${number(std, DIGITS)} = ${number(value, DIGITS)}`;
}

/** "(−0.12) (26 more)": what is not written out. */
function summedUp(value, count) {
  const more = _("%(count)s more", { count: number(count) });
  return `${bracket(value)} (${more})`;
}

function bracket(value) {
  const text = number(value, DIGITS);
  return value < 0 ? `(${text})` : text;
}

function total(values) {
  return values.reduce((sum, value) => sum + value, 0);
}
