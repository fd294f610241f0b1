// Which cells of the input each unit sees, along one axis at a time, as app/core/networks/receptive_fields.
// A view is a list: for every unit along an axis the first and the last input cell it depends on, cut off at the
// border.

const NOTHING = [0, -1];

/** Each input cell sees itself. */
export function startViews([, height, width]) {
  return [height, width].map((length) => Array.from({ length }, (_cell, cell) => [cell, cell]));
}

/** What the units of `after` see through `window` ({size, stride, dilation, before}, or null where a unit sees all). */
export function lookThrough(views, window, after) {
  if (window === null) return views.map((view) => [hull(view)]);
  if (after.length === 1) return views; // flattened: each value still sees what its place saw
  return views.map((view, axis) =>
    Array.from({ length: after[axis + 1] }, (_cell, unit) =>
      see(view, unit * window.stride[axis] - window.before[axis], window.size[axis], window.dilation[axis]),
    ),
  );
}

/** What a sum of two maps sees. */
export function joinViews(one, other) {
  return one.map((view, axis) => view.map((seen, unit) => hull([seen, other[axis][unit]])));
}

/** Height and width of the largest field: one number where they agree. */
export function largestField(views) {
  const [height, width] = views.map((view) =>
    view.reduce((most, [first, last]) => Math.max(most, last - first + 1), 0),
  );
  return height === width ? height : [height, width];
}

/** Through a window of `size` cells, `spread` apart, from the cell `first`, which may lie before the border. */
function see(view, first, size, spread) {
  const cells = Array.from({ length: size }, (_cell, index) => view[first + index * spread]);
  return hull(cells.filter(Boolean));
}

/** From the first to the last cell that any of them sees; NOTHING where they hold padding alone. */
function hull(cells) {
  return cells.reduce(
    (whole, cell) =>
      cell === NOTHING ? whole : whole === NOTHING ? cell : [Math.min(whole[0], cell[0]), Math.max(whole[1], cell[1])],
    NOTHING,
  );
}
