// A recorded run, played where none is open, and a recorded pair, played where none is. Their events are those of real
// trainings (python -m app record), shown by the same parts; nothing can be asked of them.

import { readRecording } from "../../api.js";
import { Latest } from "../../shared/latest.js";
import { Player } from "./player.js";

const USUAL = "run";

export class Recording extends Player {
  source = null; // its picture, with the class that it is of
  image = null; // its picture, as the network sees it, as an address
  state = { run: null, snapshot: null, compare: [], training: null, network: null };
  #name = null;
  #loading = new Latest((name) => this.#load(name));

  /** Null until it is there. */
  get run() {
    return this.runs[0] ?? null;
  }

  get feed() {
    return this.feeds.get(this.run?.id) ?? null;
  }

  /** Plays the recording of that name, null for the room's own, unless it is this one already. */
  ask(wanted) {
    const name = wanted ?? USUAL;
    if (name === this.#name) return;
    this.#name = name;
    this.start();
  }

  async start() {
    this.pause();
    await this.#loading.ask(this.#name);
    if (!this.run) return;
    this.state.snapshot = null;
    super.start();
  }

  /** As a page's: only the moment can be changed. */
  change({ snapshot }) {
    this.pause();
    this.state.snapshot = snapshot;
    this.changed();
  }

  async #load(name) {
    const told = await readRecording(name).catch(() => null);
    if (!told) return; // the stage is empty then, and says what will appear
    const { run, photo, events } = told;
    this.put([{ run: { ...run, sample: run.id }, events }]);
    this.source = { sample: run.id, truth: photo.label };
    this.image = photo.image;
    Object.assign(this.state, { run: run.id, training: run.training, network: run.network });
  }
}

/** The pair of the overfitting tab: the second run names the first. */
export class RecordedPair extends Player {
  #loading = new Latest(() => this.#load());

  async start() {
    await this.#loading.ask("");
    if (this.runs.length) super.start();
  }

  async #load() {
    const told = await readRecording("pair").catch(() => null);
    if (told) this.put(told.runs); // else the charts are empty, and say what will appear
  }
}
