// What the network would be fed, asked of the server a moment after the last change and shared by the cards that show
// it.

import { isPassing, previewInput } from "../../api.js";
import { isSecret } from "../../shared/layers.js";
import { Latest } from "../../shared/latest.js";

const SETTLE_MS = 300;
const AGAIN_MS = 4000; // after a server that was too busy
const FIELDS = [
  "seed",
  "validation_split",
  "train_limit",
  "normalization",
  "statistics",
  "augmentation",
  "shift",
  "cutout",
];
const known = new WeakMap();

/** The one of a page. */
export function fedOf(page) {
  if (!known.has(page)) known.set(page, new Fed(page));
  return known.get(page);
}

class Fed {
  shown = null; // the server's answer
  problem = null; // its sentence, where it refuses
  isStale = true; // what is shown is of other settings: the answer is on its way
  #page;
  #key = "";
  #settling = null;
  #listeners = [];
  #asking = new Latest((key, isNewest) => this.#ask(key, isNewest));

  constructor(page) {
    this.#page = page;
  }

  /** Calls `listener` whenever there is another answer. */
  listen(listener) {
    this.#listeners.push(listener);
  }

  /** Asks, if what is fed has changed. */
  refresh() {
    const { dataset, training } = this.#page.state;
    if (isSecret(dataset)) return;
    const key = JSON.stringify({ dataset, training: Object.fromEntries(FIELDS.map((name) => [name, training[name]])) });
    if (key === this.#key) return;
    this.#key = key;
    this.isStale = true;
    this.#tell();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#asking.ask(key), SETTLE_MS);
  }

  async #ask(key, isNewest) {
    const { dataset, training } = JSON.parse(key);
    const [shown, error] = await previewInput(dataset, training).then(
      (answer) => [answer, null],
      (problem) => [null, problem],
    );
    if (!isNewest()) return;
    if (error && isPassing(error)) return this.#askAgain(key);
    [this.shown, this.problem, this.isStale] = [shown, error?.message ?? null, false];
    this.#tell();
  }

  #askAgain(key) {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#asking.forget();
      if (key === this.#key) this.#asking.ask(key);
    }, AGAIN_MS);
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
