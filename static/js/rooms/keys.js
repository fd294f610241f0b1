// Keys for the stage, in class view: a page marks what they do. `data-key="Space"` on a button: that key presses it;
// `data-arrows="what they do"` on what hears the arrow keys. The sheet lists them.

import { h } from "../shared/dom.js";
import { _ } from "../shared/i18n.js";
import { isTextField } from "./transfers.js";

const root = document.documentElement;
const NAMES = { Space: _("space"), ArrowLeft: "←", ArrowRight: "→" };
const $ = (selector) => document.querySelector(selector);

export function connectKeys() {
  $("#full-screen").addEventListener("click", turnFullScreen);
  $("#show-keys").addEventListener("click", showSheet);
  addEventListener("keydown", hear);
}

/** Outside class view no letter is a command: whoever dictates, or types with a switch, would press them unawares. */
function hear(event) {
  const isMeant = "class" in root.dataset && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!isMeant || isTextField(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "f") turnFullScreen();
  else if (event.key === "?") showSheet();
  else if ([document.body, $("#main"), steered()].includes(event.target) && press(event)) event.preventDefault();
}

/** Does what the page has marked for a key, and says whether it has. */
function press(event) {
  const button = shown("[data-key]").find(({ dataset }) => dataset.key === event.code || dataset.key === event.key);
  button?.click();
  if (button || !event.key.startsWith("Arrow")) return Boolean(button);
  const part = steered();
  if (!part || part === event.target) return false;
  part.focus({ preventScroll: true });
  part.dispatchEvent(
    new KeyboardEvent("keydown", { key: event.key, code: event.code, shiftKey: event.shiftKey, bubbles: true }),
  );
  return true;
}

/** What hears the arrow keys: it may hold the focus while the other keys are pressed. */
function steered() {
  const [stage] = shown("[data-arrows]");
  return stage?.matches("[tabindex]") ? stage : stage?.querySelector("[tabindex]");
}

function shown(selector) {
  return [...document.querySelectorAll(selector)].filter((part) => part.checkVisibility({ visibilityProperty: true }));
}

/** Whoever forbids it, as some frames do, sees the page as it is. */
function turnFullScreen() {
  const turning = document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.();
  turning?.catch(() => null);
}

function showSheet() {
  const buttons = shown("[data-key]").map((part) => [NAMES[part.dataset.key] ?? part.dataset.key, nameOf(part)]);
  const rows = [
    ...buttons,
    ...shown("[data-arrows]").map(({ dataset }) => ["← ↑ ↓ →", dataset.arrows]),
    ["f", _("full screen")],
    ["?", _("these keys")],
  ];
  $("#key-list").replaceChildren(...rows.flatMap(([key, does]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, does)]));
  $("#keys").showModal();
}

function nameOf(part) {
  return part.getAttribute("aria-label") ?? part.innerText.trim().replace(/\s+/g, " ");
}
