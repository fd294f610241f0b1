// The line at the top of a room that says what went wrong. Nothing on the page is lost by it.

import { Problem, Unreachable } from "../api.js";
import { _ } from "../shared/i18n.js";

let [teller, told] = [null, ""]; // who told what was told last
const $ = (selector) => document.querySelector(selector);

/**
 * Says what went wrong, an error or a sentence; null takes the last problem away. Whoever has a name (`by`) tells the
 * same thing once, until it worked.
 */
export function tell(error, by = null) {
  const text = error ? sentenceOf(error) : "";
  if (by !== null && by === teller && text === told) return;
  [teller, told] = [by, text];
  $("#problem").hidden = !error;
  $("#problem p").replaceChildren(text, ...(error?.link instanceof Node ? [" ", error.link] : []));
}

/** Answers what a visitor did anywhere on the page, where the line may be out of sight. */
export function tellAside(error) {
  tell(error);
  $("#problem").scrollIntoView({ block: "nearest" });
}

/** Whether the line says something now. */
export function isTold() {
  return !$("#problem").hidden;
}

/** What went wrong, in one sentence. */
export function sentenceOf(error) {
  if (typeof error === "string") return error;
  return error.problem
    ? error.message
    : _("The server does not answer. Is it still running? Your work is kept; try again.");
}

/**
 * Runs `work` and says whether it was done; a refusal is told in the page. What is told stays while others work who
 * have
 * a name (`by`) of their own; what a visitor does (no name) takes it away. What `isKnown(error)` is not told.
 */
export async function attempt(work, by = null, isKnown = () => false) {
  try {
    if (by === null) tell(null);
    await work();
    if (by !== null && by === teller) tell(null);
    return true;
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof Unreachable)) throw error;
    if (!isKnown(error)) tell(error, by);
    return false;
  }
}

/** Lets the visitor close the line. */
export function connectNotice() {
  $("#problem button").addEventListener("click", () => ($("#problem").hidden = true));
}
