// Confusion matrices of the open run: the newest as it comes, and those of earlier epochs, asked for once.

import { readConfusion } from "../../api.js";
import { Latest } from "../../shared/latest.js";
import { epochsAt, isLost, isNow, momentOf } from "./moment.js";

const PAUSE_MS = 2000; // between two questions for the newest

export class Matrices {
  shown = null; // {classes, matrix, epoch, epochs}: of the moment that is shown, or what was shown before it
  #page;
  #changed;
  #run = null;
  #newest = null;
  #kept = new Map(); // by epoch
  #wasLost = false;
  #latest = new Latest((key, isNewest) => this.#follow(key, isNewest));
  #earlier = new Latest((key) => this.#recall(key));

  /** `changed()` is called when an answer came. */
  constructor(page, changed) {
    [this.#page, this.#changed] = [page, changed];
  }

  /** Of the page's run and moment; asks for what is not known. */
  look() {
    const { run, feed } = this.#page;
    if ((run?.id ?? null) !== this.#run) this.#leave(run?.id ?? null);
    if (this.#wasLost && !isLost(this.#page)) this.#forget();
    this.#wasLost = isLost(this.#page);
    const seen = feed?.epochs.length ?? 0;
    if (run && seen > 0 && run.training.validation_split !== 0)
      this.#latest.ask(JSON.stringify([run.id, seen, feed.hasEnded]));
    this.#choose();
  }

  /** The first epoch that was counted, where the moment is before it; else null. */
  get awaited() {
    const epoch = this.#epoch;
    const first = this.#newest?.epochs[0] ?? 0;
    return epoch !== null && first > epoch ? first : null;
  }

  /** Epochs that were done at the moment that is shown, or null for now. */
  get #epoch() {
    const moment = momentOf(this.#page);
    return !moment || isNow(this.#page) ? null : Math.floor(epochsAt(this.#page, moment) + 1e-6);
  }

  #leave(run) {
    this.#run = run;
    [this.shown, this.#newest] = [null, null];
    this.#kept.clear();
    this.#forget();
  }

  #forget() {
    this.#latest.forget();
    this.#earlier.forget();
  }

  #choose() {
    if (!this.#newest) return;
    if (this.awaited !== null) {
      this.shown ??= this.#newest; // for its room
      return;
    }
    const epoch = this.#epoch;
    const counted = epoch === null ? this.#newest.epoch : this.#newest.epochs.findLast((known) => known <= epoch);
    if (this.#kept.has(counted)) this.shown = this.#kept.get(counted);
    else this.#earlier.ask(JSON.stringify([this.#run, counted]));
  }

  async #follow(key, isNewest) {
    const [run] = JSON.parse(key);
    await this.#page.attempt(async () => this.#take(run, await readConfusion(run)), this.#latest);
    if (isNewest()) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }

  #take(run, confusion) {
    if (run !== this.#run) return;
    this.#newest = confusion;
    this.#kept.set(confusion.epoch, confusion);
    this.#changed();
  }

  async #recall(key) {
    const [run, epoch] = JSON.parse(key);
    await this.#page.attempt(async () => {
      const confusion = await readConfusion(run, epoch);
      if (run !== this.#run) return;
      this.#kept.set(epoch, confusion); // an earlier one where this one is kept no longer
      this.#changed();
    }, this.#earlier);
  }
}
