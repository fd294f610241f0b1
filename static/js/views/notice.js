// The line at the top of a room that says what went wrong. Nothing on the page is lost by it.

import { Problem, Unreachable } from "../api.js";
import { _ } from "../lib/i18n.js";

const $ = (selector) => document.querySelector(selector);

/** Says what went wrong; null takes the last problem away. */
export function tell(error) {
  $("#problem").hidden = !error;
  if (!error) return;
  const offline = _("The server does not answer. Is it still running? Your work is kept; try again.");
  $("#problem p").textContent = error.problem ? error.message : offline;
}

/** Runs `work` and says whether it was done; a refusal is told in the page. */
export async function attempt(work) {
  try {
    tell(null);
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof Unreachable)) throw error;
    tell(error);
    return false;
  }
}

/** Lets the visitor close the line. */
export function connectNotice() {
  $("#problem button").addEventListener("click", () => tell(null));
}
