// Where a result is strongest, and how much of it is: the window goes there by itself. Knows nothing of the screen.

import { margins, pace, reach } from "../../shared/steps.js";

const WAYS = [
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
];

/**
 * {x, y} of the result pixel that says most about `step`: the largest value in size; where `isPicture`, the one
 * that has moved farthest from the pixel under the window's middle. Windows that reach into the border are left out
 * wherever there are others: what they find is the border's edge.
 */
export function strongest(input, step, result, isPicture) {
  let best = { x: result.width >> 1, y: result.height >> 1, strength: 1e-6 };
  eachStrength(input, step, result, isPicture, (strength, x, y) => {
    if (strength > best.strength) best = { x, y, strength };
  });
  return { x: best.x, y: best.y };
}

/** The share of those pixels, from 0 to 1, whose strength is `least` or more. */
export function shareOf(input, step, result, isPicture, least) {
  let [count, all] = [0, 0];
  eachStrength(input, step, result, isPicture, (strength) => {
    all += 1;
    if (strength >= least) count += 1;
  });
  return count / all;
}

function eachStrength(input, step, result, isPicture, look) {
  const [rows, columns] = inner(input, step, result);
  const strength = isPicture && result.channels === input.channels ? moved(input, step, result) : size(result);
  for (let y = rows[0]; y < rows[1]; y += 1)
    for (let x = columns[0]; x < columns[1]; x += 1) look(strength(x, y), x, y);
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

/**
 * The neighbor of (x, y) whose value says most, {x, y, value, across, down}: the largest of the same sign, on a peak
 * the one that falls farthest; null where all are alike.
 */
export function tellingNeighbor({ data, width, height }, x, y, channel) {
  const at = (column, row) => data[(channel * height + row) * width + column];
  const sign = at(x, y) < 0 ? -1 : 1;
  const rise = ({ value }) => (value - at(x, y)) * sign;
  const neighbors = WAYS.map(([across, down]) => ({ x: x + across, y: y + down, across, down }))
    .filter((place) => place.x >= 0 && place.y >= 0 && place.x < width && place.y < height)
    .map((place) => ({ ...place, value: at(place.x, place.y) }))
    .toSorted((one, other) => rise(other) - rise(one));
  const [first, last] = [neighbors[0], neighbors.at(-1)];
  if (!first || (rise(first) === 0 && rise(last) === 0)) return null;
  return rise(first) > 0 ? first : last;
}
