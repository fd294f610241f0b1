// The moment of the run that is shown: its newest snapshot, or the one that the time scrubber points at.

import { readSnapshot } from "../../api.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { Latest } from "../../shared/latest.js";
import { readSprite } from "../../shared/maps.js";
import { readPixels } from "../../shared/pixels.js";
import { ENDED } from "../runs/run-feed.js";
import { momentAt, readKernels } from "./snapshots.js";

const MOST_KEPT = 400; // answers of the server
const EARLY = 0.05; // epochs that one decimal does not show
const [kernels, maps] = [new WeakMap(), new WeakMap()]; // of snapshots

/** All snapshots of the open run that came so far, the oldest first. */
export function momentsOf({ feed }) {
  return feed?.snapshots ?? [];
}

/** The snapshot that is shown, or null while there is none. */
export function momentOf(page) {
  return momentAt(momentsOf(page), page.state.snapshot);
}

/** Whether the newest moment is shown, and follows the run. */
export function isNow(page) {
  return page.state.snapshot === null || momentOf(page) === momentsOf(page).at(-1);
}

/** Whether the server does not answer at present. */
export function isLost({ feed }) {
  return feed?.connection === "reconnecting";
}

/** Shows the moment at a position of `momentsOf`; the last one is now. */
export function showMoment(page, position) {
  const moments = momentsOf(page);
  page.change(
    { snapshot: position === null || position >= moments.length - 1 ? null : moments[position].number },
    { isLive: true },
  );
}

/** "random start", "epoch 14" or "epoch 0.3"; "step 5" where that would round to epoch 0. */
export function momentTitle(page, snapshot) {
  if (snapshot.number === 0) return _("random start");
  const epochs = epochsAt(page, snapshot);
  return epochs < EARLY ? stepTitle(snapshot) : _("epoch %(number)s", { number: number(epochs, 1) });
}

/** "step 5". */
export function stepTitle({ step }) {
  return _("step %(number)s", { number: number(step) });
}

/** What stands where nothing can be seen yet; `before` is for a page without a run. */
export function emptySentence({ run }, before) {
  if (!run) return before;
  return ENDED.includes(run.state)
    ? _("This run ended before it showed anything.")
    : _("It appears as soon as the network has been made.");
}

/** How many epochs are done at a snapshot, with the part of the one that is under way. */
export function epochsAt({ run }, { step, epoch }) {
  return run?.steps ? (step * run.epochs) / run.steps : epoch;
}

/**
 * A snapshot's first kernels, read from their sprite once: {kernels: lists of planes, or null; layer, limit, total}.
 */
export function unpackKernels(snapshot) {
  if (!kernels.has(snapshot)) kernels.set(snapshot, readSheet(snapshot.kernels));
  return kernels.get(snapshot);
}

/** A snapshot's maps of its photo, read from their sprites once: [{layer, shape, limit, maps}]. */
export function unpackMaps(snapshot) {
  if (!maps.has(snapshot)) maps.set(snapshot, Promise.all((snapshot.maps ?? []).map(readMaps)));
  return maps.get(snapshot);
}

async function readSheet(sheet) {
  if (!sheet) return { kernels: null, layer: null, limit: 0, total: 0 };
  const planes = readKernels(await readPixels(sheet.image), sheet.shape, sheet.limit);
  return { kernels: planes, layer: sheet.layer, limit: sheet.limit, total: sheet.total ?? planes.length };
}

async function readMaps(sheet) {
  return { ...sheet, maps: readSprite(await readPixels(sheet.image), sheet.shape[0], sheet.limit) };
}

const names = new WeakMap(); // of one's own pictures

/** What tells one photo from another: a sample's name, or a name of our own. */
export function photoKey({ sample, file }) {
  if (sample) return sample;
  if (!names.has(file)) names.set(file, `own ${crypto.getRandomValues(new Uint32Array(2)).join("-")}`);
  return names.get(file);
}

const known = new WeakMap(); // of pages

/** The moments of a page's photo. */
export function photoMoments(page) {
  if (!known.has(page)) known.set(page, new PhotoMoments(page));
  return known.get(page);
}

/**
 * Snapshots as they would be of the photo that is chosen now. A run watches one photo at a time, and each snapshot
 * tells the
 * checksum of its own; what it does not show is asked for, once.
 */
class PhotoMoments {
  isAsking = false; // whether the shown moment is being computed
  #page;
  #answers = new Map();
  #latest = new Latest((key) => this.#ask(key));
  #wasLost = false;

  constructor(page) {
    this.#page = page;
  }

  /**
   * The shown moment with maps and predictions of the photo; null while they are asked for or where they cannot be
   * had.
   */
  get() {
    const page = this.#page;
    const snapshot = momentOf(page);
    this.isAsking = false;
    if (this.#wasLost && !isLost(page)) this.#forgetFailures();
    this.#wasLost = isLost(page);
    if (!snapshot || this.#isOfPhoto(snapshot)) return snapshot;
    const key = JSON.stringify([page.run.id, snapshot.number, photoKey(page.source)]);
    this.isAsking = !this.#answers.has(key);
    if (this.isAsking) this.#latest.ask(key);
    return this.#answers.get(key) ?? null;
  }

  #forgetFailures() {
    for (const [key, answer] of this.#answers) if (!answer) this.#answers.delete(key);
    this.#latest = new Latest((key) => this.#ask(key));
  }

  /** What the network sees of the photo tells it; before that is known, its name has to do. */
  #isOfPhoto({ photo }) {
    const { run, seen, source } = this.#page;
    if (photo === null || photo === undefined) return false;
    if (seen?.key === photoKey(source) && seen.run === run.id) return seen.checksum === photo;
    return Boolean(source.sample) && source.sample === run.sample;
  }

  async #ask(key) {
    const [run, number, photo] = JSON.parse(key);
    const page = this.#page;
    if (photo !== photoKey(page.source)) return;
    if (this.#answers.size >= MOST_KEPT) this.#answers.clear();
    const done = await page.attempt(
      async () => this.#answers.set(key, await readSnapshot(run, number, page.source, page.framingOf(page.run))),
      this,
    );
    if (!done) this.#answers.set(key, null);
    page.show();
  }
}
