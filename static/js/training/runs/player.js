// Plays recorded runs beside each other, in some seconds: each has told the same share of its events at any moment.

import { RunFeed } from "./run-feed.js";

const LASTS_MS = 16000; // from the first event to the last
const FRAME_MS = 130;

export class Player {
  isRecorded = true;
  runs = []; // with `isRecorded`; none until they are there
  feeds = new Map(); // id of a run -> RunFeed
  #events = new Map(); // id of a run -> its events
  #share = 0; // of the events that were told
  #timer = null;

  /** `changed()` is called whenever there is more to see. */
  constructor(changed) {
    this.changed = changed;
  }

  /** Takes [{run, events}], as `python -m app record` writes them. */
  put(told) {
    this.runs = told.map(({ run }) => ({ ...run, mine: false, isRecorded: true, model: null }));
    this.#events = new Map(told.map(({ run, events }) => [run.id, events]));
  }

  /** As a page names what it draws. */
  get shown() {
    return this.runs;
  }

  get isPlaying() {
    return this.#timer !== null;
  }

  /** Plays from the beginning; where nothing shall move by itself, it is there as a whole. */
  start() {
    this.feeds = new Map(this.runs.map(({ id, epochs }) => [id, new RunFeed(id, epochs)]));
    this.#share = 0;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.#tell(1);
    else this.play();
    this.changed();
  }

  get hasEnded() {
    return this.#share === 1;
  }

  /** Goes on where it stopped. */
  play() {
    this.pause();
    if (this.runs.length && this.#share < 1) this.#timer = setInterval(() => this.#step(), FRAME_MS);
    this.changed();
  }

  pause() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #step() {
    if (document.hidden) return;
    this.#tell(Math.min(1, this.#share + FRAME_MS / LASTS_MS));
    if (this.#share === 1) this.pause();
    this.changed();
  }

  #tell(share) {
    for (const [id, feed] of this.feeds) {
      const events = this.#events.get(id);
      while (feed.last < Math.ceil(events.length * share)) feed.take({ id: feed.last + 1, ...events[feed.last] });
    }
    this.#share = share;
  }
}
