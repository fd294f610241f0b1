// Sums of weight * level over a plane in JavaScript, in float64: what a browser without WebAssembly's SIMD takes.
// Knows no pictures: a plane with its border goes in, a plane comes out.

/** Writes sum(weight * level) / divisor + offset; `taps` are {weight, distance in cells from the window's first}. */
export function addUp(levels, columns, { weights, taps, stride, divisor, offset }, plane, width) {
  if (weights) roll(levels, columns, weights, { divisor, offset }, plane, width);
  else slide(levels, columns, taps, { stride, divisor, offset }, plane, width);
}

/** A 3 x 3 window moves on by one pixel: six of its nine levels are known already. */
function roll(levels, columns, [a, b, c, d, e, f, g, h, i], { divisor, offset }, plane, width) {
  for (let at = 0, row = 0; at < plane.length; row += columns) {
    const [middle, low] = [row + columns, row + 2 * columns];
    let [p, q, s, t, v, w] = [
      levels[row],
      levels[row + 1],
      levels[middle],
      levels[middle + 1],
      levels[low],
      levels[low + 1],
    ];
    for (let x = 2; x < width + 2; x += 1, at += 1) {
      const r = levels[row + x];
      const u = levels[middle + x];
      const z = levels[low + x];
      const sum = a * p + b * q + c * r + d * s + e * t + f * u + g * v + h * w + i * z;
      plane[at] = Math.fround(Math.fround(sum) / divisor) + offset;
      p = q;
      q = r;
      s = t;
      t = u;
      v = w;
      w = z;
    }
  }
}

/** Row by row: a double for each pixel gathers weight * level, nine taps at a time. */
function slide(levels, columns, taps, step, plane, width) {
  const sums = new Float64Array(width);
  const { stride, divisor, offset } = step;
  const isPlain = divisor === 1 && offset === 0;
  const groups = inNines(taps);
  for (let y = 0, at = 0; at < plane.length; y += 1, at += width) {
    sums.fill(0);
    for (const group of groups) gather(sums, levels, y * stride * columns, stride, group);
    if (isPlain) for (let x = 0; x < width; x += 1) plane[at + x] = sums[x];
    else for (let x = 0; x < width; x += 1) plane[at + x] = Math.fround(Math.fround(sums[x]) / divisor) + offset;
  }
}

function inNines(taps) {
  const groups = [];
  for (let start = 0; start < taps.length; start += 9) {
    const group = taps.slice(start, start + 9);
    while (group.length < 9) group.push({ weight: 0, distance: 0 });
    groups.push({ weights: group.map(({ weight }) => weight), distances: group.map(({ distance }) => distance) });
  }
  return groups;
}

// Written out, so that a sum is read and stored once for nine products: three times as fast as tap after tap.
function gather(sums, levels, start, stride, { weights, distances }) {
  const [a, b, c, d, e, f, g, h, i] = weights;
  const [A, B, C, D, E, F, G, H, I] = distances;
  for (let x = 0, at = start; x < sums.length; x += 1, at += stride) {
    sums[x] +=
      a * levels[at + A] +
      b * levels[at + B] +
      c * levels[at + C] +
      d * levels[at + D] +
      e * levels[at + E] +
      f * levels[at + F] +
      g * levels[at + G] +
      h * levels[at + H] +
      i * levels[at + I];
  }
}
