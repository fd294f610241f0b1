// What is on the bench: the picture, the results of all steps, and the open step between its input and its result.

import { automaticMode, measure, signedLimit, toRgba } from "../shared/display.js";
import { applyStep } from "../shared/engine.js";

export class Bench {
  #picture = null;
  #results = [];
  #keys = [];
  milliseconds = 0;

  /** Another picture. Forgets all results. */
  put(levels) {
    this.#picture = levels;
    this.#keys = [];
  }

  get picture() {
    return this.#picture;
  }

  /** Computes the steps that changed, or follow one that did. */
  apply(steps) {
    const keys = steps.map((step) => JSON.stringify({ ...step, name: undefined }));
    const kept = keys.findIndex((key, index) => key !== this.#keys[index]);
    const results = kept < 0 ? this.#results.slice(0, keys.length) : this.#results.slice(0, kept);
    const begun = performance.now();
    for (let index = results.length; index < steps.length; index += 1) {
      const input = index === 0 ? this.#picture : results[index - 1];
      results.push(input && applyStep(input, steps[index], this.#results[index]?.data));
    }
    if (kept >= 0) this.milliseconds = performance.now() - begun;
    [this.#results, this.#keys] = [results, keys];
    return results;
  }

  /** The input of step `at`; null where an earlier step does not fit. */
  inputOf(at) {
    return at === 0 ? this.#picture : this.#results[at - 1];
  }

  resultOf(at) {
    return this.#results[at];
  }
}

/** How the result of step `at` is drawn: its mode, range, bytes, and the ends of its scale. */
export function drawing(result, steps, at, display, spare = null) {
  const mode = display === "auto" ? automaticMode(steps.slice(0, at + 1)) : display;
  const range = measure(result);
  return { mode, range, rgba: toRgba(result, mode, range, spare), ends: scaleEnds(mode, range) };
}

function scaleEnds(mode, range) {
  if (mode === "signed") return [-signedLimit(range), 0, signedLimit(range)];
  return mode === "rescale" ? [range.minimum, null, range.maximum] : [0, null, 255];
}

/** A copy of at most `side` pixels a side, each the mean of the pixels it stands for. */
export function shrink(picture, side) {
  const factor = Math.max(picture.width, picture.height) / side;
  if (factor <= 1) return picture;
  const [width, height] = [picture.width, picture.height].map((length) => Math.max(1, Math.round(length / factor)));
  const result = {
    width,
    height,
    channels: picture.channels,
    data: new Float32Array(width * height * picture.channels),
  };
  const edges = (count, length) =>
    Array.from({ length: count + 1 }, (_, index) => Math.floor((index * length) / count));
  const [rows, columns] = [edges(height, picture.height), edges(width, picture.width)];
  let at = 0;
  for (let channel = 0; channel < picture.channels; channel += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) result.data[at++] = blockMean(picture, channel, rows, columns, y, x);
    }
  }
  return result;
}

function blockMean({ data, width, height }, channel, rows, columns, y, x) {
  let sum = 0;
  for (let row = rows[y]; row < rows[y + 1]; row += 1) {
    const start = (channel * height + row) * width;
    for (let column = columns[x]; column < columns[x + 1]; column += 1) sum += data[start + column];
  }
  return sum / ((rows[y + 1] - rows[y]) * (columns[x + 1] - columns[x]));
}
