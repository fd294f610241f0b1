// The list of all runs, kept up to date: often while one of them waits or learns, seldom otherwise.

import { listRuns, readRun } from "../../api.js";
import { ENDED } from "../../lib/run-feed.js";

const BUSY_MS = 3000;
const IDLE_MS = 15_000;

export class RunList {
  #page;
  #timer = null;
  #renewing = null;

  constructor(page) {
    this.#page = page;
  }

  /** Puts a run as the server told it in its place, a new one first. */
  put(run) {
    const { runs } = this.#page;
    const isKnown = runs.some(({ id }) => id === run.id);
    this.#page.runs = isKnown ? runs.map((other) => (other.id === run.id ? { ...other, ...run } : other)) : [run, ...runs];
  }

  /** A run told its state: that holds at once, and what else changed with it is read. */
  hear(id, fields) {
    if (this.#page.runOf(id)) this.put({ id, asked: null, ...fields });
    this.renew();
  }

  /** Reads the list again and again, but not while nobody looks. */
  watch() {
    clearTimeout(this.#timer);
    const isBusy = this.#page.runs.some(({ state }) => !ENDED.includes(state) && state !== "paused");
    this.#timer = setTimeout(() => this.renew(), isBusy ? BUSY_MS : IDLE_MS);
  }

  /** Reads the list now; calls while it is being read are answered by one more reading. */
  renew() {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #renew() {
    if (!document.hidden) await this.#page.attempt(() => this.#read(), this);
    this.watch();
  }

  async #read() {
    const runs = await listRuns();
    const shown = [this.#page.state.run, ...this.#page.state.compare].filter((id) => id && !runs.some((run) => run.id === id));
    const others = await Promise.all(shown.map((id) => readRun(id).catch(() => null)));
    this.#page.runs = [...runs, ...others.filter(Boolean)];
    this.#page.refresh();
  }
}
