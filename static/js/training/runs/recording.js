// A recorded run, played where none is open. Its events are those of a real training (python -m app record), shown by
// the same parts in some seconds; nothing can be asked of it.

import { readRecording } from "../../api.js";
import { Latest } from "../../shared/latest.js";
import { RunFeed } from "./run-feed.js";

const LASTS_MS = 16000; // from the first event to the last
const FRAME_MS = 130;

export class Recording {
  run = null; // null until it is there
  feed = null;
  source = null; // its picture, with the class that it is of
  image = null; // its picture, as the network sees it, as an address
  isRecorded = true;
  state = { run: null, snapshot: null, compare: [], training: null, network: null };
  #events = [];
  #at = 0; // events that were told
  #timer = null;
  #changed;
  #loading = new Latest(() => this.#load());

  /** `changed()` is called whenever there is more of it to see. */
  constructor(changed) {
    this.#changed = changed;
  }

  /** The recorded run alone, as a page names the runs that it draws. */
  get shown() {
    return this.run ? [this.run] : [];
  }

  get feeds() {
    return new Map(this.shown.map(({ id }) => [id, this.feed]));
  }

  get isPlaying() {
    return this.#timer !== null;
  }

  /** Plays from the beginning; where nothing shall move by itself, it is there as a whole. */
  async start() {
    await this.#loading.ask("");
    if (!this.run) return;
    this.state.snapshot = null;
    this.feed = new RunFeed(this.run.id, this.run.epochs);
    this.#at = 0;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.#tell(this.#events.length);
    else this.play();
    this.#changed();
  }

  /** Goes on where it stopped. */
  play() {
    this.pause();
    if (this.run && this.#at < this.#events.length) this.#timer = setInterval(() => this.#step(), FRAME_MS);
    this.#changed();
  }

  pause() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** As a page's: only the moment can be changed. */
  change({ snapshot }) {
    this.pause();
    this.state.snapshot = snapshot;
    this.#changed();
  }

  #step() {
    if (document.hidden) return;
    this.#tell(this.#at + Math.ceil((this.#events.length * FRAME_MS) / LASTS_MS));
    if (this.#at >= this.#events.length) this.pause();
    this.#changed();
  }

  #tell(until) {
    for (; this.#at < Math.min(until, this.#events.length); this.#at += 1)
      this.feed.take({ id: this.#at + 1, ...this.#events[this.#at] });
  }

  async #load() {
    const told = await readRecording().catch(() => null);
    if (!told) return; // the stage is empty then, and says what will appear
    const { run, photo, events } = told;
    this.run = { ...run, mine: false, isRecorded: true, model: null, sample: run.id };
    this.source = { sample: run.id, truth: photo.label };
    [this.image, this.#events] = [photo.image, events];
    Object.assign(this.state, { run: run.id, training: run.training, network: run.network });
  }
}
