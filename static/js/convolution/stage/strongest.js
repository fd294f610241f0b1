// Where a result is strongest: the place that the window goes to by itself. Knows nothing of the screen.

import { margins, pace, reach } from "../../shared/steps.js";

/**
 * {x, y} of the result pixel that says most about `step`: the largest value in size; where `isPicture`, the one
 * that has moved farthest from the pixel under the window's middle. Windows that reach into the border are left out
 * wherever there are others: what they find is the border's edge.
 */
export function strongest(input, step, result, isPicture) {
  const [rows, columns] = inner(input, step, result);
  const strength = isPicture && result.channels === input.channels ? moved(input, step, result) : size(result);
  let best = { x: result.width >> 1, y: result.height >> 1, strength: 1e-6 };
  for (let y = rows[0]; y < rows[1]; y += 1)
    for (let x = columns[0]; x < columns[1]; x += 1) {
      const here = strength(x, y);
      if (here > best.strength) best = { x, y, strength: here };
    }
  return { x: best.x, y: best.y };
}

/** [first, end) of the rows and columns whose windows lie within the picture. */
function inner(input, step, result) {
  const sides = [
    [input.height, result.height],
    [input.width, result.width],
  ];
  return sides.map(([length, count], axis) => {
    const [first] = margins(step)[axis];
    const start = Math.ceil(first / pace(step));
    const end = Math.floor((length + first - reach(step)[axis]) / pace(step)) + 1;
    return start < end ? [start, Math.min(end, count)] : [0, count];
  });
}

function size({ data, width }) {
  return (x, y) => Math.abs(data[y * width + x]);
}

function moved(input, step, { data, width }) {
  const [down, across] = reach(step).map((span, axis) => ((span - 1) >> 1) - margins(step)[axis][0]);
  return (x, y) => {
    const [row, column] = [y * pace(step) + down, x * pace(step) + across];
    return Math.abs(data[y * width + x] - input.data[row * input.width + column]);
  };
}

/** The neighbor of (x, y) with the largest value of the same sign, if it is larger: {x, y, value}, or null. */
export function strongerNeighbor({ data, width, height }, x, y, channel) {
  const at = (column, row) => data[(channel * height + row) * width + column];
  const sign = at(x, y) < 0 ? -1 : 1;
  let best = null;
  for (const [across, down] of [
    [0, 1],
    [0, -1],
    [1, 0],
    [-1, 0],
  ]) {
    const [column, row] = [x + across, y + down];
    if (column < 0 || row < 0 || column >= width || row >= height) continue;
    const value = at(column, row);
    if (value * sign > (best ?? { value: at(x, y) }).value * sign) best = { x: column, y: row, value, across, down };
  }
  return best;
}
