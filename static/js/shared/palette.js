// The theme's signed colors for canvases: 255 of them, from the strongest negative over zero to the strongest positive.

import { color } from "./theme.js";

export const STEPS = 127;
const CURVE = 0.7; // between linear, where most of a map looks empty, and the steep scale of edge pictures

let known = null;

/** RGB bytes of the 255 colors in the present theme. */
export function palette() {
  known ??= build(...["--negative", "--zero", "--positive"].map((token) => channels(color(token)())));
  return known;
}

function build(negative, zero, positive) {
  const bytes = new Uint8ClampedArray((2 * STEPS + 1) * 3);
  for (let step = -STEPS; step <= STEPS; step += 1) {
    const share = (Math.abs(step) / STEPS) ** CURVE;
    const end = step < 0 ? negative : positive;
    bytes.set(
      zero.map((from, channel) => from + (end[channel] - from) * share),
      (step + STEPS) * 3,
    );
  }
  return bytes;
}

function channels(text) {
  return text
    .match(/[\d.]+/g)
    .slice(0, 3)
    .map(Number);
}

function forget() {
  known = null;
}

globalThis.document?.addEventListener("theme", forget);
globalThis.matchMedia?.("(prefers-color-scheme: dark)").addEventListener("change", forget);
