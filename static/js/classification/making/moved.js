// One number's arithmetic at another place of the same map, worked out here while the window moves: the same sums from
// the same float32 values as the server's.

/**
 * What the server explained, as it would explain the number at column x, row y. `before` are the values {shape, data}
 * of the layers that feed it, `own` those of the layer itself; a pool is given its `step`, [down, across].
 */
export function movedTo(explained, before, own, x, y) {
  const place = { x, y, receptive_field: fieldAt(explained, x, y) };
  const { channel } = explained;
  if (explained.role === "kernels") return { ...explained, ...place, ...convolved(explained, before[0], x, y) };
  const value = cell(own, channel, y, x);
  const moved = { ...explained, ...place, value };
  if (explained.role === "sum") {
    const terms = explained.terms.map((term, index) => ({ ...term, value: cell(before[index], channel, y, x) }));
    return { ...moved, terms };
  }
  if (explained.role === "pool") return { ...moved, ...window(explained, x, y), patch: null, positions: [] };
  return explained.input === undefined ? moved : { ...moved, input: cell(before[0], channel, y, x) };
}

function convolved({ inputs, bias, stride, padding, dilation }, before, x, y) {
  const [left, top] = [x * stride[1] - padding[2], y * stride[0] - padding[0]];
  const [down, across] = dilation ?? [1, 1];
  const moved = inputs.map(({ channel, kernel }) => {
    const patch = kernel.map((line, i) =>
      line.map((_weight, j) => cell(before, channel, top + i * down, left + j * across)),
    );
    const products = patch.map((line, i) => line.map((value, j) => value * kernel[i][j]));
    return { channel, kernel, patch, products, sum: total(products.flat()) };
  });
  const value = total(moved.map(({ sum }) => sum)) + bias;
  return { inputs: moved, left, top, total: value, value };
}

/** A pool's window elsewhere, as many steps from the one that was explained. */
function window({ x: fromX, y: fromY, left, top, step: [down, across] }, x, y) {
  return { left: Math.max(0, left + (x - fromX) * across), top: Math.max(0, top + (y - fromY) * down) };
}

/** What a unit sees of the picture, from what every row and column of its map sees. */
function fieldAt({ views, receptive_field: known }, x, y) {
  if (!views) return known;
  const [[left, right], [top, bottom]] = [views.columns[x], views.rows[y]];
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Zero beyond the map's edge: the padding. */
function cell({ shape: [, height, width], data }, channel, row, column) {
  const isInside = row >= 0 && column >= 0 && row < height && column < width;
  return isInside ? data[(channel * height + row) * width + column] : 0;
}

function total(values) {
  return values.reduce((sum, value) => sum + value, 0);
}
