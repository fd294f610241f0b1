// Curves of runs made ready for one chart: live points smoothed as they come, and all curves put on one common axis.

/** Points of a run's steps, smoothed by an exponential mean that only works on what is new. */
export class LiveCurve {
  xs = [];
  ys = [];
  #field;
  #smoothing = 0;
  #taken = 0;
  #mean = 0;
  #weight = 0;

  /** `field` is loss or accuracy. */
  constructor(field) {
    this.#field = field;
  }

  /** Takes the steps that came since last time; another smoothing (0: none, to below 1) begins anew. */
  update({ steps, epochsInAll }, smoothing) {
    if (smoothing !== this.#smoothing || steps.length < this.#taken) this.#forget(smoothing);
    for (; this.#taken < steps.length; this.#taken += 1) this.#add(steps[this.#taken], epochsInAll);
    return this;
  }

  #forget(smoothing) {
    Object.assign(this, { xs: [], ys: [] });
    this.#smoothing = smoothing;
    [this.#taken, this.#mean, this.#weight] = [0, 0, 0];
  }

  /** The mean is divided by the sum of its weights, so that it does not begin at zero. */
  #add(step, epochs) {
    const value = step[this.#field];
    if (!Number.isFinite(value)) return;
    this.#mean = this.#smoothing * this.#mean + (1 - this.#smoothing) * value;
    this.#weight = this.#smoothing * this.#weight + (1 - this.#smoothing);
    this.xs.push((step.step / step.steps) * epochs);
    this.ys.push(this.#mean / this.#weight);
  }
}

/** The curve of one field of the history: {xs, ys}, an epoch's value at its end. */
export function epochCurve(rows, field) {
  const known = rows.filter((row) => Number.isFinite(row[field]));
  return { xs: known.map(({ epoch }) => epoch), ys: known.map((row) => row[field]) };
}

/** Curves {xs, ys}, each sorted, on one axis: [xs, ...columns] with null where a curve has no point. */
export function join(curves) {
  const xs = curves.map((curve) => curve.xs).reduce(merged, []);
  return [xs, ...curves.map((curve) => spread(curve, xs))];
}

/** Two ascending lists as one, each value once. */
function merged(one, other) {
  const all = [];
  let [at, place] = [0, 0];
  while (at < one.length || place < other.length) {
    const next = place >= other.length || one[at] <= other[place] ? one[at++] : other[place++];
    if (next !== all[all.length - 1]) all.push(next);
  }
  return all;
}

function spread(curve, xs) {
  const column = new Array(xs.length).fill(null);
  let at = 0;
  for (let index = 0; index < curve.xs.length; index += 1) {
    while (xs[at] < curve.xs[index]) at += 1;
    column[at] = curve.ys[index];
  }
  return column;
}

/** Where the axis of epochs ends: at the run's end, or, long before it, at a round number a little ahead. */
export function axisEnd(now, all) {
  if (now * 4 >= all) return all;
  const wanted = Math.max(1, now * 1.25);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return Math.min(
    all,
    [1, 2, 5, 10].map((step) => step * power).find((end) => end >= wanted),
  );
}
