// The page in the browser's history: each run that is opened is an entry, so that Back returns to the one before; what
// is typed or
// scrubbed changes the entry where it happens.

import { addressOf } from "../../shared/address.js";

const SETTLE_MS = 220;

export class Visits {
  #write;
  #read;
  #show;
  #settling = null;
  #said = location.search; // by the entry that is shown
  #turn = 0; // of Back and Forward
  #isReturning = false;

  /**
   * `write()` is the query of what the page shows; `read()` finds what the address says, or null, and `show(found)`
   * shows it.
   */
  constructor({ write, read, show }) {
    [this.#write, this.#read, this.#show] = [write, read, show];
    addEventListener("popstate", () => this.#return());
  }

  /** The address says what the page shows, once that settles. */
  settleSoon() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.settle(), SETTLE_MS);
  }

  /** The address says it now. */
  settle() {
    clearTimeout(this.#settling);
    if (!this.#isReturning) this.#say((address) => history.replaceState(null, "", address));
  }

  /** What the page shows from now on is an entry of its own. */
  enter() {
    clearTimeout(this.#settling);
    [this.#turn, this.#isReturning] = [this.#turn + 1, false];
    this.#say((address) => history.pushState(null, "", address), { isNew: true });
  }

  #say(put, { isNew = false } = {}) {
    const address = addressOf(this.#write()) + location.hash;
    if (!isNew || address !== location.pathname + location.search + location.hash) put(address);
    this.#said = location.search;
  }

  /** A link to a place in the page changes nothing. Of several steps at once, only the last is shown. */
  async #return() {
    if (location.search === this.#said) return void document.dispatchEvent(new Event("returned"));
    clearTimeout(this.#settling);
    this.#turn += 1;
    const turn = this.#turn;
    [this.#said, this.#isReturning] = [location.search, true];
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    const found = await this.#read();
    if (turn !== this.#turn) return;
    this.#isReturning = false;
    if (found) this.#show(found);
    document.dispatchEvent(new Event("returned"));
  }
}
