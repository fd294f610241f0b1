// Says below the kernel what to type, where what was typed cannot be used.

import { plain } from "../shared/format.js";
import { _ } from "../shared/i18n.js";

const PAUSE_MS = 500; // "-" and an empty cell are on the way to most numbers
const $ = (selector) => document.querySelector(selector);

let timer = null;
let sentence = "";

/** `field` is where it was typed: the sentence comes after a pause, or at once when the field is left. */
export function mistype(field) {
  sentence = field === "divisor" ? forDivisor() : forNumber();
  clearTimeout(timer);
  timer = setTimeout(tell, PAUSE_MS);
}

/** Tells what is still to be told. */
export function tell() {
  clearTimeout(timer);
  if (sentence && $("#kernel-hint").textContent !== sentence) $("#kernel-hint").textContent = sentence;
}

/** Says what is wrong with a matrix that was pasted. */
export function refuse(problem) {
  sentence = problem;
  tell();
}

/** A number was taken, or something else is on the screen. */
export function forget() {
  clearTimeout(timer);
  sentence = "";
  $("#kernel-hint").textContent = "";
}

function forNumber() {
  return _("Type a number up to a million, such as %(whole)s, %(half)s or 1/9. Until then the last one counts.", {
    whole: plain(-1),
    half: plain(0.5),
  });
}

function forDivisor() {
  return _("Type a number other than 0, such as 9 or %(half)s. Until then the last one counts.", { half: plain(0.5) });
}
