// How large the result is, by the formula (n + 2p − k) / s + 1, each letter above its number.

import { say } from "../../shared/dom.js";
import { plain } from "../../shared/format.js";
import { margins, reach } from "../../shared/steps.js";

const $ = (selector) => document.querySelector(selector);

/** Writes the numbers of `step` into the formula; p and s are controls of their own. */
export function showFormula(step, input, result) {
  const numbers = result ? sizes(step, input, result) : null;
  for (const letter of ["n", "p", "k", "s", "out"])
    say($(`#formula-${letter}`), numbers ? String(numbers[letter]) : "–");
  for (const bracket of document.querySelectorAll("#geometry .floor"))
    say(bracket, numbers && !numbers.isExact ? bracket.dataset.floor : "");
  say($("#size-formula"), numbers ? sizeFormula(numbers) : "");
}

/** Of the width: where the border is one cell wider at the right, p is a half. */
function sizes(step, input, { width }) {
  const [left, right] = margins(step)[1];
  const [n, p, k] = [input.width, plain((left + right) / 2), reach(step)[1]];
  return { n, p, k, s: step.stride, out: width, isExact: (n + left + right - k) % step.stride === 0 };
}

/** "(256 + 2·1 − 3) / 2 + 1 = 128" in one line, for who hears it. */
function sizeFormula({ n, p, k, s, out, isExact }) {
  const share = `(${n} + 2·${p} − ${k}) / ${s}`;
  return `${isExact ? share : `⌊${share}⌋`} + 1 = ${out}`;
}
