// Convolution, ReLU and pooling on float32 pictures, as app/core computes them: both satisfy tests/vectors.
// A picture is {width, height, channels, data}: data holds one plane after the other, levels 0 to 255.

import { addUp } from "./loops.js";
import { convolveNatively } from "./native.js";
import { factsOf, suffices } from "./roundings.js";
import { applied, before, cells, complete, outputSize, reach, source } from "./steps.js";

export function picture(width, height, channels, data = new Float32Array(width * height * channels)) {
  return { width, height, channels, data };
}

/**
 * One step's result, or null where its window does not fit. `spare` is an array that may be written over: new memory
 * is slow.
 */
export function applyStep(input, step, spare = null) {
  const full = complete(step);
  if (!outputSize(full, input.height, input.width)) return null;
  if (full.type === "relu") return relu(input);
  return full.type === "convolution" ? convolve(input, full, spare) : pool(input, full);
}

function relu(input) {
  return { ...input, data: input.data.map((value) => (value > 0 ? value : 0)) };
}

function pool(input, step) {
  const [height, width] = outputSize(step, input.height, input.width);
  const result = picture(width, height, input.channels);
  const maximum = step.type === "max_pool";
  let at = 0;
  for (let channel = 0; channel < input.channels; channel += 1) {
    const plane = channel * input.width * input.height;
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        result.data[at++] = windowValue(input, plane, x * step.stride, y * step.stride, step.size, maximum);
      }
    }
  }
  return result;
}

function windowValue(input, plane, left, top, size, maximum) {
  let sum = 0;
  let largest = -Infinity;
  for (let row = top; row < top + size; row += 1) {
    const start = plane + row * input.width + left;
    for (let index = start; index < start + size; index += 1) {
      sum += input.data[index];
      if (input.data[index] > largest) largest = input.data[index];
    }
  }
  return maximum ? largest : sum / (size * size);
}

function convolve(input, step, spare) {
  const [height, width] = outputSize(step, input.height, input.width);
  const isUsable = spare?.length === width * height * input.channels;
  const result = picture(width, height, input.channels, isUsable ? spare : undefined);
  const area = {
    rows: (height - 1) * step.stride + reach(step)[0],
    columns: (width - 1) * step.stride + reach(step)[1],
  };
  const taps = offsets(step, area.columns);
  if (!nativelyConvolved(input, step, area, taps, result)) slowlyConvolved(input, step, area, taps, result);
  return result;
}

/** In WebAssembly, where its memory has room; in float32, unless its roundings might be seen. */
function nativelyConvolved(input, step, area, taps, result) {
  return convolveNatively({
    input: { of: input, key: keyOf(step, area), channels: input.channels, columns: area.columns },
    cells: area.rows * area.columns,
    fill: (plane, channel) => pad(input, channel, step, area, plane),
    taps,
    isPrecise: !suffices(taps, factsOf(input), step.divisor),
    step,
    result,
  });
}

function slowlyConvolved(input, step, area, taps, { width, height, data }) {
  const isSmall = step.stride === 1 && step.dilation === 1 && step.matrix.length === 3 && step.matrix[0].length === 3;
  const work = { ...step, taps, weights: isSmall ? applied(step).flat() : null };
  padded(input, step, area).forEach((levels, channel) => {
    const plane = data.subarray(channel * width * height, (channel + 1) * width * height);
    addUp(levels, area.columns, work, plane, width);
  });
}

/** The nonzero weights with their distance from the window's first cell. */
function offsets(step, columns) {
  return applied(step).flatMap((weights, row) =>
    weights.flatMap((weight, column) =>
      weight === 0 ? [] : [{ weight, distance: (row * columns + column) * step.dilation }],
    ),
  );
}

// A kernel is edited far more often than its picture: the planes with their border are kept as long as the picture is.
const bordered = new WeakMap();

/** The planes of `input` with the border that the step's windows reach. */
function padded(input, step, area) {
  const key = keyOf(step, area);
  const kept = bordered.get(input);
  if (kept?.key === key) return kept.planes;
  const planes = Array.from({ length: input.channels }, (_, channel) =>
    pad(input, channel, step, area, new Float32Array(area.rows * area.columns)),
  );
  bordered.set(input, { key, planes });
  return planes;
}

function keyOf(step, area) {
  return [area.rows, area.columns, before(step), step.border].join();
}

/** Fills `target`, which is all zeros, with a plane and its border. */
function pad(input, channel, step, area, target) {
  const [top, left] = before(step);
  const plane = input.data.subarray(channel * input.width * input.height);
  const columns = Int32Array.from({ length: area.columns }, (_, x) => source(x - left, input.width, step.border));
  const inside = Math.max(0, Math.min(input.width, area.columns - left)); // a wide stride may end within the border
  for (let y = 0; y < area.rows; y += 1) {
    const row = source(y - top, input.height, step.border);
    if (row < 0) continue;
    const [start, end] = [row * input.width, y * area.columns];
    const copy = (x) => (target[end + x] = columns[x] < 0 ? 0 : plane[start + columns[x]]);
    for (let x = 0; x < Math.min(left, area.columns); x += 1) copy(x);
    if (inside) target.set(plane.subarray(start, start + inside), end + left);
    for (let x = left + inside; x < area.columns; x += 1) copy(x);
  }
  return target;
}

/** The written arithmetic of one result pixel: what the window held, by what it was multiplied, and the sum. */
export function explain(input, step, x, y, channel) {
  const full = complete(step);
  const window = windowAt(input, full, x, y, channel);
  const matrix = full.type === "convolution" ? applied(full) : null;
  const products = matrix && matrix.map((row, i) => row.map((weight, j) => weight * window.patch[i][j]));
  const sum = Math.fround((products ?? window.patch).flat().reduce((total, value) => total + value, 0));
  return { ...window, step: full, kernel: matrix, products, sum, value: pixelValue(full, window.patch, sum) };
}

function pixelValue(step, patch, sum) {
  if (step.type === "relu") return Math.max(patch[0][0], 0);
  if (step.type === "max_pool") return Math.max(...patch.flat());
  if (step.type === "average_pool") return Math.fround(sum / step.size ** 2);
  return Math.fround(Math.fround(sum / step.divisor) + step.offset);
}

function windowAt(input, step, x, y, channel) {
  const { rows, columns } = cells(step, x, y);
  const isOutside = (row, column) => row < 0 || row >= input.height || column < 0 || column >= input.width;
  return {
    patch: rows.map((row) => columns.map((column) => levelAt(input, row, column, channel, step.border))),
    outside: rows.map((row) => columns.map((column) => isOutside(row, column))),
  };
}

/** The level at a position that may lie in the border. */
export function levelAt(input, row, column, channel, border) {
  const y = source(row, input.height, border);
  const x = source(column, input.width, border);
  return y < 0 || x < 0 ? 0 : input.data[(channel * input.height + y) * input.width + x];
}
