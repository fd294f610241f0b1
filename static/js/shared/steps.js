// The steps of a chain and their sizes: the same rules as app/core/convolution/steps.py. Knows nothing of pixels.

const DEFAULTS = { divisor: 1, offset: 0, stride: 1, dilation: 1, border: "zero", padding: "same", flip: false };

/** A complete convolution step; what `fields` leaves out takes its default. */
export function convolution(matrix, fields = {}) {
  return { ...DEFAULTS, ...fields, type: "convolution", matrix };
}

/** A complete step from a short one, such as {type: "max_pool"} or {matrix: [[1]]}. */
export function complete(step) {
  if (step.matrix) return convolution(step.matrix, step);
  if (step.type === "relu") return { type: "relu" };
  const size = step.size ?? 2;
  return { type: step.type, size, stride: step.stride ?? size };
}

/** The step with everything that equals its default left out, for addresses and requests. */
export function brief(step) {
  const full = complete(step);
  if (full.type !== "convolution") {
    return full.stride === full.size ? { type: full.type, size: full.size } : full;
  }
  const kept = Object.entries(full).filter(([key, value]) => DEFAULTS[key] !== value);
  return Object.fromEntries(kept.filter(([key]) => key !== "type" && key !== "name"));
}

/** Rows and columns that the window covers on its input. */
export function reach(step) {
  if (step.type === "relu") return [1, 1];
  if (step.type !== "convolution") return [step.size, step.size];
  const span = (side) => step.dilation * (side - 1) + 1;
  return [span(step.matrix.length), span(step.matrix[0].length)];
}

/** Border cells on each side of the input: [[above, below], [at the left, at the right]]. */
export function margins(step) {
  if (step.type !== "convolution" || step.border === "valid")
    return [
      [0, 0],
      [0, 0],
    ];
  const { padding = "same" } = step;
  return reach(step).map((span) => {
    if (padding === "same") return [(span - 1) >> 1, span >> 1];
    const cells = padding === "full" ? span - 1 : padding;
    return [cells, cells];
  });
}

/** Border cells above and at the left of the input. */
export function before(step) {
  return margins(step).map(([first]) => first);
}

/** Pixels between two neighboring windows. */
export function pace(step) {
  return step.type === "relu" ? 1 : step.stride;
}

/** [height, width] of the result, or null where the window does not fit. */
export function outputSize(step, height, width) {
  if (step.type === "relu") return [height, width];
  const sizes = [height, width].map((side, axis) => {
    const [first, last] = margins(step)[axis];
    return Math.floor((side + first + last - reach(step)[axis]) / step.stride) + 1;
  });
  return Math.min(...sizes) < 1 ? null : sizes;
}

/** The matrix as it meets the picture: turned by 180 degrees for a true convolution. */
export function applied(step) {
  return step.flip ? step.matrix.map((row) => row.toReversed()).toReversed() : step.matrix;
}

/** Rows and columns of the window's cells on the input, for the result at row `y`, column `x`. */
export function cells(step, x, y) {
  const [top, left] = before(step);
  const [rows, columns] = step.type === "convolution" ? [step.matrix.length, step.matrix[0].length] : reach(step);
  const gap = step.type === "convolution" ? step.dilation : 1;
  const line = (count, position, margin) =>
    Array.from({ length: count }, (_, index) => position * pace(step) - margin + index * gap);
  return { rows: line(rows, y, top), columns: line(columns, x, left) };
}

/** Where a border looks up position `index` of a line of `length` pixels; -1 means zero. */
export function source(index, length, border) {
  if (index >= 0 && index < length) return index;
  if (border === "replicate") return index < 0 ? 0 : length - 1;
  if (border === "wrap") return ((index % length) + length) % length;
  if (border !== "reflect") return -1;
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const folded = ((index % period) + period) % period;
  return folded < length ? folded : period - folded;
}

export function sameMatrix(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
