// Activation maps as the server sends them: 8-bit sprites, the maps stacked downwards, 128 for zero; and the theme's
// signed colors for them, from the strongest negative over zero to the strongest positive.

import { NEGATIVE, POSITIVE } from "./display.js";
import { color } from "./theme.js";

const ZERO = 128;
const STEPS = 127;
const CURVE = 0.7; // between linear, where most of a map looks empty, and the steep scale of edge pictures
let known = null; // the present theme's colors

/**
 * The maps of a sprite as pictures of one channel: level = 128 + 127 * value / limit. `rgba` are the sprite's bytes.
 */
export function readSprite({ width, height, data }, count, limit) {
  const rows = height / count;
  return Array.from({ length: count }, (_value, index) => readMap(data, index * rows * width, width, rows, limit));
}

function readMap(rgba, start, width, height, limit) {
  const values = new Float32Array(width * height);
  for (let index = 0; index < values.length; index += 1)
    values[index] = ((rgba[(start + index) * 4] - ZERO) * limit) / STEPS;
  return { width, height, channels: 1, data: values };
}

/** How much happens in a map: the mean size of its values. */
export function activity({ data }) {
  let sum = 0;
  for (let index = 0; index < data.length; index += 1) sum += Math.abs(data[index]);
  return sum / data.length;
}

/** Where a map's largest value is: {x, y}. */
export function peak({ width, data }) {
  let best = 0;
  for (let index = 1; index < data.length; index += 1) if (data[index] > data[best]) best = index;
  return { x: best % width, y: Math.floor(best / width) };
}

/** Positions of the `most` largest `weights` by size, the largest first. */
export function strongest(weights, most) {
  const order = weights
    .map((_weight, index) => index)
    .sort((one, other) => Math.abs(weights[other]) - Math.abs(weights[one]) || one - other);
  return order.slice(0, most);
}

/** {picture, rgba} of a map in signed colors on a scale from -limit to +limit. */
export function drawSigned(map, limit) {
  const colors = palette();
  const rgba = new Uint8ClampedArray(map.data.length * 4).fill(255);
  map.data.forEach((value, index) => {
    const at = (STEPS + Math.round(limit > 0 ? Math.max(-1, Math.min(1, value / limit)) * STEPS : 0)) * 3;
    rgba.set(colors.subarray(at, at + 3), index * 4);
  });
  return { picture: map, rgba };
}

/** The same to lie over a photo: what is near zero is clear. */
export function drawHeat(map, limit) {
  const rgba = new Uint8ClampedArray(map.data.length * 4);
  map.data.forEach((value, index) => {
    const share = limit > 0 ? Math.min(1, Math.abs(value) / limit) : 0;
    rgba.set([...(value < 0 ? NEGATIVE : POSITIVE), 230 * share ** 0.8], index * 4);
  });
  return { picture: map, rgba };
}

/** RGB bytes of the 255 colors in the present theme. */
function palette() {
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
