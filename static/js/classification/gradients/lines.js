// A gradient as written arithmetic. Each function takes the server's answer and gives one line of text.

import { number, short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";

const MOST = 4; // products in a line
const LOSS_DIGITS = 7; // a single weight moves the loss by little

/** "0.012 · 0.3 + … + (84 more) −0.1 = −0.2241": deltas times what the weight met there. */
export function gradientLine({ products, others, others_sum: rest, gradient }) {
  const factors = products.map(({ delta, met, product }) => ({ factors: [delta, met], product }));
  return sumLine(factors, others, rest, gradient);
}

/** "0.51 − 0.1 · (−0.2241) = 0.5324". */
export function stepLine({ value, gradient, step }) {
  return `${number(value, 4)} − ${short(step.learning_rate, 4)} · ${bracket(gradient)} = ${number(step.weight, 4)}`;
}

/** "0.0943012 → 0.0892790". */
export function lossLine({ step: { before, after } }) {
  return `${number(before, LOSS_DIGITS)} → ${number(after, LOSS_DIGITS)} (${signed(after - before)})`;
}

/** "(L(w + h) − L(w − h)) / 2h = −0.2241, h = 6.1e−6; off by 1.3e−10". */
export function differenceLine({ difference: { h, estimate, error } }) {
  return _("(L(w + h) − L(w − h)) / 2h = %(estimate)s, with h = %(h)s; off by %(error)s", {
    estimate: short(estimate, 4),
    h: short(h),
    error: short(Math.abs(error)),
  });
}

/** "0.02 · 0.3 + 0.01 · (−1) = 0.001", or for a class its probability minus what it should be. */
export function deltaLine({ terms, others, others_sum: rest, delta, probability, target }) {
  if (probability !== null) return `${short(probability, 4)} − ${target} = ${short(delta, 4)}`;
  if (terms.length === 0) return short(delta, 4);
  const factors = terms.map(({ delta: above, slope, product }) => ({ factors: [above, slope], product }));
  return sumLine(factors, others, rest, delta);
}

/** The first products, what the others add, and their sum. */
function sumLine(products, others, rest, total) {
  const shown = products.slice(0, MOST).map(({ factors }) => factors.map(bracket).join(" · "));
  const more = products.slice(MOST).reduce((sum, { product }) => sum + product, 0) + rest;
  const count = products.length + others - shown.length;
  if (count > 0) shown.push(`${bracket(more)} (${_("%(count)s more", { count: number(count) })})`);
  return `${shown.join(" + ")} = ${short(total, 4)}`;
}

function bracket(value) {
  const text = short(value, 3);
  return value < 0 ? `(${text})` : text;
}

function signed(value) {
  return value > 0 ? `+${short(value)}` : short(value);
}
