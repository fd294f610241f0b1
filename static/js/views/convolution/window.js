// Moves the window: by hovering, by arrow keys, by the player.

import "../../components/window-player.js";
import { pace, reach } from "../../lib/steps.js";

const $ = (selector) => document.querySelector(selector);

export function connectWindow(page) {
  $("#result").addEventListener("point", ({ detail }) => moveByHand(page, detail.x, detail.y));
  $("#input").addEventListener("point", ({ detail }) => moveByHand(page, ...resultAt(page, detail)));
  for (const view of [$("#input"), $("#result")]) view.addEventListener("move", ({ detail }) => moveBy(page, detail));
  $("#player").addEventListener("position", ({ detail }) => play(page, detail));
  return { refresh: () => refresh(page) };
}

function moveByHand(page, x, y) {
  if ($("#player").isPlaying) return;
  $("#result").reveal(null);
  page.moveTo(x, y);
}

function moveBy(page, { x, y }) {
  const { state, result } = page;
  const now = [state.x ?? Math.floor(result.width / 2), state.y ?? Math.floor(result.height / 2)];
  $("#player").pause();
  moveByHand(page, now[0] + x, now[1] + y);
}

/** The result pixel whose window has its center nearest to this pixel of the input. */
function resultAt({ step }, { x, y }) {
  const [height, width] = reach(step);
  const isPadded = step.type === "convolution" && step.border !== "valid";
  const center = (span) => (isPadded ? 0 : (span - 1) >> 1);
  return [Math.round((x - center(width)) / pace(step)), Math.round((y - center(height)) / pace(step))];
}

function play(page, { index }) {
  const { width } = page.result;
  $("#result").reveal(index);
  page.moveTo(index % width, Math.floor(index / width));
}

function refresh({ result }) {
  if (!result) return;
  $("#player").size = result;
}
