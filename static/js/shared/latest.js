// One question at a time, and only the newest waits: a slider never leaves a queue of stale questions behind it.

export class Latest {
  #work;
  #wanted = null;
  #asked = null;
  #running = null;

  /**
   * `work(key, isNewest)` answers the question that `key` stands for; `isNewest()` tells whether it is still the last
   * one asked.
   */
  constructor(work) {
    this.#work = work;
  }

  /** Asks for `key`, unless that is what was asked last. Resolves when nothing is left to do. */
  ask(key) {
    this.#wanted = key;
    this.#running ??= this.#run().finally(() => (this.#running = null));
    return this.#running;
  }

  /** The next question is asked even if it is the same. */
  forget() {
    this.#asked = null;
  }

  async #run() {
    while (this.#wanted !== this.#asked) {
      const key = this.#wanted;
      this.#asked = key;
      await this.#work(key, () => this.#wanted === key);
    }
  }
}
