// Moves the window: by hovering, by arrow keys, by the player.

import "./window-player.js";
import { _ } from "../shared/i18n.js";
import { before, pace, reach } from "../shared/steps.js";

const $ = (selector) => document.querySelector(selector);

export function connectWindow(page) {
  $("#result").addEventListener("point", ({ detail }) => hover(page, detail.x, detail.y));
  $("#input").addEventListener("point", ({ detail }) => hover(page, ...resultAt(page, detail)));
  for (const view of [$("#input"), $("#result")]) {
    view.addEventListener("move", ({ detail }) => moveBy(page, detail));
    view.addEventListener("click", ({ pointerType }) => {
      $("#result").reveal(null);
      hold(!isHeld && pointerType !== "touch"); // a finger does not hover, so there is nothing to hold against
    });
  }
  hold(page.state.x !== null && page.state.y !== null);
  $("#player").addEventListener("position", ({ detail }) => play(page, detail));
  return { refresh: () => refresh(page) };
}

// A window that a click or a link has put somewhere stays there while the mouse goes on.
let isHeld = false;

function hold(held) {
  isHeld = held;
  $("#hold").textContent = held
    ? _("held; click a picture to let it go")
    : _("move with the mouse or the arrow keys; a click holds it");
}

function hover(page, x, y) {
  if (!isHeld) moveByHand(page, x, y);
}

function moveByHand(page, x, y) {
  if ($("#player").isPlaying || !page.result) return;
  $("#result").reveal(null);
  page.moveTo(x, y);
}

function moveBy(page, { x, y }) {
  const { state, result } = page;
  if (!result) return;
  const now = [state.x ?? Math.floor(result.width / 2), state.y ?? Math.floor(result.height / 2)];
  $("#player").pause();
  moveByHand(page, now[0] + x, now[1] + y);
}

/** The result pixel whose window has its center nearest to this pixel of the input. */
function resultAt({ step }, { x, y }) {
  const [down, across] = reach(step).map((span, axis) => ((span - 1) >> 1) - before(step)[axis]);
  return [Math.round((x - across) / pace(step)), Math.round((y - down) / pace(step))];
}

function play(page, { index }) {
  if (!page.result) return;
  const { width } = page.result;
  $("#result").reveal(index);
  page.moveTo(index % width, Math.floor(index / width));
}

function refresh({ result }) {
  if (!result) return;
  $("#player").size = result;
}
