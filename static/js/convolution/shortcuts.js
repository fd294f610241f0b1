// Keys of the stage, for whoever shows it: 1 to 9 and 0 choose a kernel, space slides the window, arrows move it.

import { isTextField } from "../rooms/transfers.js";

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
const USED = "button, a, summary, select, input, label, picture-view, dialog, [role=tab]";
const $ = (selector) => document.querySelector(selector);

export function connectShortcuts(page) {
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || isTextField(target) || document.querySelector("dialog[open]"))
      return;
    const kernel = $("#presets").byKey(key);
    if (kernel && target.localName !== "select") page.choose(kernel);
    else if (target.closest?.(USED) || !page.result) return;
    else if (key === " ") $("#player").toggle();
    else if (ARROWS.includes(key)) $("#result").steer(event);
    else return;
    event.preventDefault();
  });
}
