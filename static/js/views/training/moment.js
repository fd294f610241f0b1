// The moment of the run that is shown: its newest snapshot, or the one that the time scrubber points at.

import { readSnapshot } from "../../api.js";
import { number } from "../../lib/format.js";
import { _ } from "../../lib/i18n.js";
import { Latest } from "../../lib/latest.js";
import { readSprite } from "../../lib/maps.js";
import { readPixels } from "../../lib/pixels.js";
import { momentAt, readKernels } from "../../lib/snapshots.js";

const unpacked = new WeakMap();

/** The snapshot that is shown, or null while there is none. */
export function momentOf(page) {
  return momentAt(page.feed?.snapshots ?? [], page.state.snapshot);
}

/** Whether the newest moment is shown. */
export function isNow(page) {
  return momentOf(page) === (page.feed?.snapshots.at(-1) ?? null);
}

/** "random start", "epoch 14" or "epoch 0.3". */
export function momentTitle(page, snapshot) {
  if (snapshot.number === 0) return _("random start");
  return _("epoch %(number)s", { number: number(epochsAt(page, snapshot), 1) });
}

/** How many epochs are done at a snapshot, with the part of the one that is under way. */
export function epochsAt({ run }, { step, epoch }) {
  return run?.steps ? (step * run.epochs) / run.steps : epoch;
}

/** A snapshot's kernels (lists of planes, or null) and maps, read from its sprites once. */
export function unpack(snapshot) {
  if (!unpacked.has(snapshot)) unpacked.set(snapshot, read(snapshot));
  return unpacked.get(snapshot);
}

async function read({ kernels, maps }) {
  const layers = await Promise.all((maps ?? []).map(async (sheet) => ({ ...sheet, maps: readSprite(await readPixels(sheet.image), sheet.shape[0], sheet.limit) })));
  const planes = kernels ? readKernels(await readPixels(kernels.image), kernels.shape, kernels.limit) : null;
  return { kernels: planes, layer: kernels?.layer ?? null, limit: kernels?.limit ?? 0, total: kernels?.total ?? planes?.length ?? 0, maps: layers };
}

/** Snapshots as they would be of the photo that is chosen now; a run watches one photo at a time, so others are asked for. */
export class PhotoMoments {
  #page;
  #answers = new Map();
  #watched = []; // which photo the run watched, from which snapshot on
  #run = null;
  #latest = new Latest((key) => this.#ask(key));

  constructor(page) {
    this.#page = page;
  }

  /** The shown moment with maps and predictions of the photo; null while they are asked for or where they cannot be had. */
  get() {
    const [page, snapshot] = [this.#page, momentOf(this.#page)];
    if (!snapshot || !page.photo) return snapshot;
    this.#meet(page.run);
    if (this.#keyAt(snapshot.number) === page.photo.key) return snapshot;
    const key = JSON.stringify([page.run.id, snapshot.number, page.photo.key]);
    if (!this.#answers.has(key)) this.#latest.ask(key);
    return this.#answers.get(key) ?? null;
  }

  /** The run watches the photo `key` from its next snapshots on; one that is on its way may still be of the last. */
  watch(key) {
    this.#meet(this.#page.run);
    const newest = this.#page.feed.snapshots.at(-1)?.number ?? -1;
    this.#watched.push({ from: newest + 2, key });
  }

  /** Whether the newest snapshots are of the photo `key`. */
  isWatched(key) {
    this.#meet(this.#page.run);
    return this.#watched.at(-1)?.key === key;
  }

  #meet(run) {
    if (this.#run === run?.id) return;
    this.#run = run?.id ?? null;
    this.#answers.clear();
    this.#watched = run?.sample ? [{ from: 0, key: run.sample }] : [];
  }

  #keyAt(number) {
    return this.#watched.findLast(({ from }) => from <= number)?.key ?? null;
  }

  async #ask(key) {
    const [run, number, photo] = JSON.parse(key);
    const page = this.#page;
    if (photo !== page.photo.key) return;
    const done = await page.attempt(async () => this.#answers.set(key, await readSnapshot(run, number, page.photo.source)), this);
    if (!done) this.#answers.set(key, null);
    page.change({}, { isLive: true });
  }
}
