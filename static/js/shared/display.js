// How signed values become pixels: the same bytes as app/core/pictures/display.py. Rounding is floor(v + 0.5).

import { measureNatively, paintNatively } from "./native.js";

export const NEGATIVE = [0x21, 0x66, 0xac];
const ZERO = [0xf7, 0xf6, 0xf3];
export const POSITIVE = [0xb2, 0x43, 0x2b];
const PALETTE = [ZERO, ...[NEGATIVE, POSITIVE].map((end) => end.map((tone, part) => tone - ZERO[part]))].flat();

/** {minimum, maximum, mean, clippedFraction}: what the values span, and the share outside 0 to 255. */
export function measure({ data }) {
  const [minimum, maximum, sum, clipped] = measureNatively(data) || measured(data);
  return { minimum, maximum, mean: sum / data.length, clippedFraction: clipped / data.length };
}

function measured(data) {
  let minimum = Infinity;
  let maximum = -Infinity;
  let sum = 0;
  let clipped = 0;
  for (let index = 0; index < data.length; index += 1) {
    const value = data[index];
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    clipped += (value < 0 ? 1 : 0) + (value > 255 ? 1 : 0);
    sum += value;
  }
  return [minimum, maximum, sum, clipped];
}

/** The level 0 to 255 that a value is drawn with in one of the plain modes. */
export function level(value, mode, range) {
  if (mode === "absolute") return clamp(Math.abs(value));
  if (mode !== "rescale" || range.maximum === range.minimum) return clamp(value);
  return clamp(((value - range.minimum) / (range.maximum - range.minimum)) * 255);
}

function clamp(value) {
  return Math.floor(Math.min(255, Math.max(0, value)) + 0.5);
}

/** Both ends of the signed scale: the largest size among the values. */
export function signedLimit({ minimum, maximum }) {
  return Math.max(Math.abs(minimum), Math.abs(maximum));
}

/** RGBA bytes of a picture for a canvas; `range` is what the scale spans, `spare` older such bytes to write over. */
export function toRgba(picture, mode, range = measure(picture), spare = null) {
  const length = picture.width * picture.height * 4;
  const bytes = spare?.length === length ? spare : new Uint8ClampedArray(length).fill(255);
  if (paintNatively(picture, bytes, PALETTE, (module, places) => paint(module, places, mode, range))) return bytes;
  if (mode === "signed") paintSigned(picture, new Uint8Array(bytes.buffer), signedLimit(range));
  else paintLevels(picture, mode, range, bytes);
  return bytes;
}

/** The same bytes by native/engine.ts. */
function paint(module, { at, area, plane, palette, rgba }, mode, range) {
  const { minimum, maximum } = range;
  if (mode === "signed") module.paintSigned(at, area, plane, signedLimit(range), palette, rgba);
  else if (mode === "rescale" && minimum < maximum) module.paintRange(at, area, plane, minimum, maximum, rgba);
  else module.paintLevels(at, area, plane, mode === "absolute", rgba);
}

function paintLevels({ data, channels, width, height }, mode, range, bytes) {
  const area = width * height;
  for (let channel = 0; channel < 3; channel += 1) {
    const plane = (channels === 1 ? 0 : channel) * area;
    if (mode === "clip") clip(data, plane, area, bytes, channel);
    else
      for (let index = 0; index < area; index += 1)
        bytes[index * 4 + channel] = level(data[plane + index], mode, range);
  }
}

/** The bytes clamp by themselves; most pictures are drawn so, and this is twice as fast. */
function clip(data, plane, area, bytes, channel) {
  for (let index = 0; index < area; index += 1) bytes[index * 4 + channel] = Math.floor(data[plane + index] + 0.5);
}

// The mean of the channels, on a scale that is steep at zero: most values of an edge detector are small, and would all
// look white.
// Bytes cut off what follows the point, which is floor().
function paintSigned({ data, channels, width, height }, bytes, limit) {
  const area = width * height;
  for (let index = 0; index < area; index += 1) {
    const mean = channels === 1 ? data[index] : (data[index] + data[index + area] + data[index + 2 * area]) / 3;
    const size = Math.abs(mean);
    const share = limit > 0 ? Math.min(1, (size * 9) / (size * 8 + limit)) : 0;
    const end = mean < 0 ? NEGATIVE : POSITIVE;
    bytes[index * 4] = ZERO[0] + (end[0] - ZERO[0]) * share + 0.5;
    bytes[index * 4 + 1] = ZERO[1] + (end[1] - ZERO[1]) * share + 0.5;
    bytes[index * 4 + 2] = ZERO[2] + (end[2] - ZERO[2]) * share + 0.5;
  }
}

/** Counts of the values in `bins` equal parts from `minimum` to `maximum`. */
export function histogram({ data }, minimum, maximum, bins = 64) {
  const counts = new Uint32Array(bins);
  const scale = maximum > minimum ? bins / (maximum - minimum) : 0;
  for (let index = 0; index < data.length; index += 1) {
    counts[Math.max(0, Math.min(bins - 1, Math.floor((data[index] - minimum) * scale)))] += 1;
  }
  return counts;
}

/** Whether the signed scale suits the result of these steps: some kernel does not keep the brightness. */
export function automaticMode(steps) {
  const keepsBrightness = ({ type, matrix, divisor, offset }) => {
    if (type !== "convolution") return true;
    const sum = matrix.flat().reduce((total, weight) => total + weight, 0) / divisor;
    return Math.abs(sum - 1) < 1e-6 || offset !== 0;
  };
  return steps.every(keepsBrightness) ? "clip" : "signed";
}
