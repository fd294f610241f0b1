// The run that is on, for whoever waits: its curves and kernels, live. Maps and answers only where it watches one of
// the samples: somebody's own photo is nobody else's to see.

const HIDDEN = "somebody's own";

class Watched {
  isWatched = true;
  #page;
  #id;
  #snapshots = new WeakMap(); // as told -> as shown

  /** `page` knows the runs and their feeds; `id` is the one to watch. */
  constructor(page, id) {
    [this.#page, this.#id] = [page, id];
    const { training, network } = page.runOf(id);
    this.state = { run: id, snapshot: null, compare: [], training, network };
  }

  get run() {
    const run = this.#page.runOf(this.#id);
    return run && { ...run, mine: false, sample: run.sample ?? HIDDEN };
  }

  /** What is watched is the run's own picture, and no other is asked for: thirty who wait would slow it down. */
  get source() {
    return { sample: this.run?.sample };
  }

  get feed() {
    const feed = this.#page.feeds.get(this.#id);
    if (!feed || this.run?.sample !== HIDDEN) return feed ?? null;
    return Object.assign(Object.create(feed), { snapshots: feed.snapshots.map((told) => this.#bare(told)) });
  }

  /** It as a list, to be followed. */
  get runs() {
    return [this.#page.runOf(this.#id)].filter(Boolean);
  }

  get feeds() {
    return new Map([[this.#id, this.feed]]);
  }

  get shown() {
    return this.run && this.feed ? [this.run] : [];
  }

  /** As a page's: only the moment can be changed. */
  change({ snapshot }) {
    this.state.snapshot = snapshot;
    this.#page.show();
  }

  #bare(told) {
    if (!this.#snapshots.has(told)) this.#snapshots.set(told, { ...told, photo: HIDDEN, maps: [], predictions: [] });
    return this.#snapshots.get(told);
  }
}

/** What the page watches while its run waits for the first turn, as before where that is still on; null else. */
export function watchAlong(page, before) {
  const { run, feed, runs } = page;
  if (run?.state !== "queued" || feed?.step) return null;
  const on = runs.filter(({ state, id }) => state === "running" && id !== run.id);
  const id = [before?.state.run, feed?.ticket?.watch].find((one) => on.some((other) => other.id === one)) ?? on[0]?.id;
  if (!id) return null;
  return id === before?.state.run ? before : new Watched(page, id);
}
