// Convolution, ReLU and pooling on float32 pictures, as app/core computes them: both satisfy tests/vectors.
// A picture is {width, height, channels, data}: data holds one plane after the other, levels 0 to 255.

import { applied, before, cells, complete, outputSize, reach, source } from "./steps.js";

export function picture(width, height, channels, data = new Float32Array(width * height * channels)) {
  return { width, height, channels, data };
}

/** The result of every step, the last one at the end; null from the first step that does not fit. */
export function applyChain(input, steps) {
  const results = [];
  for (const step of steps) {
    const previous = results.length ? results.at(-1) : input;
    results.push(previous && applyStep(previous, step));
  }
  return results;
}

/** One step's result, or null where its window does not fit. */
export function applyStep(input, step) {
  const full = complete(step);
  if (!outputSize(full, input.height, input.width)) return null;
  if (full.type === "relu") return relu(input);
  return full.type === "convolution" ? convolve(input, full) : pool(input, full);
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

function convolve(input, step) {
  const [height, width] = outputSize(step, input.height, input.width);
  const result = picture(width, height, input.channels);
  const area = { rows: (height - 1) * step.stride + reach(step)[0], columns: (width - 1) * step.stride + reach(step)[1] };
  const padded = new Float32Array(area.rows * area.columns);
  const taps = offsets(step, area.columns);
  for (let channel = 0; channel < input.channels; channel += 1) {
    pad(input, channel, step, area, padded);
    const plane = result.data.subarray(channel * width * height, (channel + 1) * width * height);
    slide(padded, area.columns, taps, step, plane, width);
  }
  return result;
}

/** The nonzero weights with their distance from the window's first cell. */
function offsets(step, columns) {
  return applied(step).flatMap((weights, row) =>
    weights.flatMap((weight, column) =>
      weight === 0 ? [] : [{ weight, distance: (row * columns + column) * step.dilation }],
    ),
  );
}

function pad(input, channel, step, area, padded) {
  const [top, left] = before(step);
  const plane = channel * input.width * input.height;
  const columns = Int32Array.from({ length: area.columns }, (_, x) => source(x - left, input.width, step.border));
  for (let y = 0; y < area.rows; y += 1) {
    const row = source(y - top, input.height, step.border);
    const start = plane + row * input.width;
    const target = y * area.columns;
    for (let x = 0; x < area.columns; x += 1) {
      padded[target + x] = row < 0 || columns[x] < 0 ? 0 : input.data[start + columns[x]];
    }
  }
}

/** Row by row: a double for each pixel gathers weight * level, tap after tap. */
function slide(padded, columns, taps, step, plane, width) {
  const sums = new Float64Array(width);
  const { stride, divisor, offset } = step;
  for (let y = 0, at = 0; at < plane.length; y += 1) {
    sums.fill(0);
    for (const { weight, distance } of taps) {
      let from = y * stride * columns + distance;
      for (let x = 0; x < width; x += 1, from += stride) sums[x] += weight * padded[from];
    }
    for (let x = 0; x < width; x += 1) plane[at++] = Math.fround(Math.fround(sums[x]) / divisor) + offset;
  }
}

/** Gray by the usual weights of red, green and blue, in whole levels as Pillow's mode L. */
export function gray(input) {
  if (input.channels === 1) return input;
  const area = input.width * input.height;
  const result = picture(input.width, input.height, 1);
  for (let index = 0; index < area; index += 1) {
    const [red, green, blue] = [0, 1, 2].map((channel) => input.data[channel * area + index]);
    result.data[index] = Math.floor((19595 * red + 38470 * green + 7471 * blue + 32768) / 65536);
  }
  return result;
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
