// The closed rows under the stage: what lies in one is asked for when it is opened, not before.

const $ = (selector) => document.querySelector(selector);

/** Calls `page.change` whenever a row or a tool opens or closes; the parts then ask by `isOpen`. */
export function connectFolds(page) {
  for (const fold of document.querySelectorAll("details.fold, details.tool"))
    fold.addEventListener("toggle", () => page.change({}));
  return { refresh() {} };
}

/** Whether that row is open. */
export function isOpen(selector) {
  return $(selector).open;
}
