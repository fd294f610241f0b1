// Which cells of the input each unit sees, along one axis at a time, as app/core/receptive_fields.
// A view is a list: for every unit along an axis the first and the last input cell it depends on, cut off at the
// border.

/** Each input cell sees itself. */
export function startViews([, height, width]) {
  return [height, width].map((length) => Array.from({ length }, (_cell, cell) => [cell, cell]));
}

/** What the units of `after` see through `window` ({size, stride, before}, or null where a unit sees all). */
export function lookThrough(views, window, after) {
  if (window === null) return views.map((view) => [all(view)]);
  if (after.length === 1) return views; // flattened: each value still sees what its place saw
  return views.map((view, axis) =>
    Array.from({ length: after[axis + 1] }, (_cell, unit) =>
      see(view, unit * window.stride[axis] - window.before[axis], window.size[axis]),
    ),
  );
}

/** What a sum of two maps sees. */
export function joinViews(one, other) {
  return one.map((view, axis) =>
    view.map(([first, last], unit) => [Math.min(first, other[axis][unit][0]), Math.max(last, other[axis][unit][1])]),
  );
}

/** Height and width of the largest field: one number where they agree. */
export function largestField(views) {
  const [height, width] = views.map((view) =>
    view.reduce((most, [first, last]) => Math.max(most, last - first + 1), 0),
  );
  return height === width ? height : [height, width];
}

function see(view, first, size) {
  const cells = [view[Math.max(first, 0)], view[Math.min(first + size, view.length) - 1]];
  return [cells[0][0], cells[1][1]];
}

function all(view) {
  return [Math.min(...view.map(([first]) => first)), Math.max(...view.map(([, last]) => last))];
}
