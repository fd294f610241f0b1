// The list of all runs, kept up to date: often while one of them waits or learns, seldom otherwise.

import { listRuns, readRun } from "../../api.js";
import { ENDED } from "./run-feed.js";

const BUSY_MS = 3000;
const IDLE_MS = 15_000;

export class RunList {
  #page;
  #timer = null;
  #renewing = null;
  #isOld = false; // whether something changed since the list was asked for

  constructor(page) {
    this.#page = page;
  }

  /** Puts a run as the server told it in its place, a new one first. */
  put(run) {
    this.#isOld = true;
    const { runs } = this.#page;
    const isKnown = runs.some(({ id }) => id === run.id);
    this.#page.runs = isKnown
      ? runs.map((other) => (other.id === run.id ? { ...other, ...run } : other))
      : [run, ...runs];
  }

  /** A run told its state: that holds at once, unless it is of long ago, and what else changed with it is read. */
  hear(id, fields) {
    const run = this.#page.runOf(id);
    if (run && !(fields.step < run.step)) this.put({ id, asked: null, ...fields });
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
    this.#isOld = true;
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #renew() {
    if (!document.hidden) await this.#page.attempt(() => this.#read(), this);
    this.watch();
  }

  async #read() {
    let found = [];
    do {
      this.#isOld = false;
      found = await this.#ask();
    } while (this.#isOld);
    this.#page.runs = found.filter((run) => !run.isGone);
    for (const { id, isGone } of found) if (isGone) this.#page.lose(id);
    this.#page.refresh();
  }

  /**
   * Those of the list, and those that are shown without being in it: somebody else's on pictures of their own, or
   * deleted ones.
   */
  async #ask() {
    const listed = await listRuns();
    const { run, compare } = this.#page.state;
    const others = [run, ...compare].filter((id) => id && !listed.some((one) => one.id === id));
    return [...listed, ...(await Promise.all(others.map(readOrMiss)))];
  }
}

async function readOrMiss(id) {
  return readRun(id).catch((error) => {
    if (error.problem?.status !== 404) throw error;
    return { id, isGone: true };
  });
}
