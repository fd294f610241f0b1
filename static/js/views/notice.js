// The line at the top of a room that says what went wrong. Nothing on the page is lost by it.

import { Problem, Unreachable } from "../api.js";
import { _ } from "../lib/i18n.js";

let teller = null; // who told what is shown
const $ = (selector) => document.querySelector(selector);

/** Says what went wrong; null takes the last problem away. */
export function tell(error) {
  $("#problem").hidden = !error;
  if (!error) return;
  const offline = _("The server does not answer. Is it still running? Your work is kept; try again.");
  $("#problem p").textContent = error.problem ? error.message : offline;
}

/**
 * Runs `work` and says whether it was done; a refusal is told in the page. What is told stays while others work who have
 * a name (`by`) of their own; what a visitor does (no name) takes it away.
 */
export async function attempt(work, by = null) {
  try {
    if (by === null || by === teller) tell(null);
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof Unreachable)) throw error;
    tell(error);
    teller = by;
    return false;
  }
}

/** Lets the visitor close the line. */
export function connectNotice() {
  $("#problem button").addEventListener("click", () => tell(null));
}
