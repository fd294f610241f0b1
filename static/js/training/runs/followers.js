// Follows the event streams of the runs that are shown. A stream that breaks is taken up again where it broke.

import { Problem, isPassing, readEvents } from "../../api.js";
import { ENDED, RunFeed } from "./run-feed.js";

const PATIENCE_MS = [500, 1000, 2000, 4000]; // before each new try
const FRAME_MS = 100; // between two drawings,
const REST = 4; // and so many times as long as one takes: long runs on slow machines leave the page usable

export class Followers {
  feeds = new Map();
  #controllers = new Map();
  #hear;
  #changed;
  #kinds = new Set();
  #drawing = null;
  #pause = FRAME_MS;

  /**
   * `hear(kinds)` is called at most ten times a second with the kinds of events that came; `changed(id, fields)` when
   * a run told its state.
   */
  constructor(hear, changed) {
    this.#hear = hear;
    this.#changed = changed;
    document.addEventListener("visibilitychange", () => this.#look());
  }

  /** Follows these runs, as the server told them, and no others. */
  follow(runs) {
    for (const id of this.feeds.keys()) if (!runs.some((run) => run.id === id)) this.#leave(id);
    for (const run of runs) {
      if (this.feeds.get(run.id)?.state === "failed" && !ENDED.includes(run.state)) this.#leave(run.id); // it goes on
      if (!this.feeds.has(run.id)) this.#join(run);
    }
  }

  #join({ id, epochs }) {
    this.feeds.set(id, new RunFeed(id, epochs));
    this.#open(id);
  }

  #leave(id) {
    this.#controllers.get(id)?.abort();
    this.#controllers.delete(id);
    this.feeds.delete(id);
  }

  /** A browser has few connections to a server: a page that nobody sees gives its own back. */
  #look() {
    for (const id of this.feeds.keys()) {
      if (document.hidden) this.#controllers.get(id)?.abort();
      else this.#open(id);
    }
  }

  #open(id) {
    const feed = this.feeds.get(id);
    if (feed.hasEnded || document.hidden) return;
    this.#controllers.get(id)?.abort();
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    this.#read(feed, controller.signal);
  }

  async #read(feed, signal) {
    for (let failures = 0; !signal.aborted && !feed.hasEnded; failures += 1) {
      const before = feed.last;
      const heard = {
        begin: () => this.#begin(feed, signal),
        hear: (event) => this.#take(feed, event, signal),
        signal,
      };
      const error = await readEvents(feed.id, feed.last, heard).catch((caught) => caught);
      if (signal.aborted || feed.hasEnded) break;
      if (error && !isPassing(error)) return this.#give(feed, error);
      if (feed.last > before) failures = 0;
      this.#connect(feed, "reconnecting");
      await pause(PATIENCE_MS[Math.min(failures, PATIENCE_MS.length - 1)]);
    }
    if (feed.hasEnded) this.#connect(feed, "closed");
    return undefined;
  }

  /** The server has no such run any more, most likely: whoever knows all runs looks. */
  #give(feed, error) {
    if (!(error instanceof Problem)) throw error;
    this.#connect(feed, "closed");
    this.#changed(feed.id, {});
  }

  /** Even if nothing is told for long: a paused run is silent. */
  #begin(feed, signal) {
    if (!signal.aborted && feed.connection !== "open") this.#connect(feed, "open");
  }

  #take(feed, event, signal) {
    if (signal.aborted || !feed.take(event)) return;
    if (event.kind === "state") this.#changed(feed.id, event.fields);
    this.#tell(event.kind);
  }

  #connect(feed, connection) {
    feed.connection = connection;
    this.#tell("connection");
  }

  #tell(kind) {
    this.#kinds.add(kind);
    this.#drawing ??= setTimeout(() => requestAnimationFrame(() => this.#draw()), this.#pause);
  }

  #draw() {
    const kinds = this.#kinds;
    [this.#kinds, this.#drawing] = [new Set(), null];
    const begun = performance.now();
    this.#hear(kinds);
    this.#pause = Math.max(FRAME_MS, REST * (performance.now() - begun));
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
