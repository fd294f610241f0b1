// The closed rows under the stage: what lies in one is asked for when it is opened, not before.

import { keepOpened } from "../shared/opened.js";

const $ = (selector) => document.querySelector(selector);

/** Calls `page.change` whenever a row or a tool opens or closes; the parts then ask by `isOpen`. */
export function connectFolds(page) {
  const rows = [...document.querySelectorAll("details.fold")];
  for (const fold of document.querySelectorAll("details.fold, details.tool"))
    fold.addEventListener("toggle", () => page.change({}));
  return { refresh: keepOpened(page, "row", rows, nameOf, bringUp) };
}

/** Whether that row is open. */
export function isOpen(selector) {
  return $(selector).open;
}

/** In this window alone: what stands around a frame stays where it is. */
function bringUp(row) {
  if (row) scrollBy({ top: row.getBoundingClientRect().top });
}

function nameOf(row) {
  return row?.id.replace(/-card$/, "");
}
