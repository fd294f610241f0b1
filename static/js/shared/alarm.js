// Rings, by aborting its signal, when it was not postponed for some time.

export class Alarm {
  #controller = new AbortController();
  #milliseconds;
  #timer = null;

  constructor(milliseconds) {
    this.#milliseconds = milliseconds;
    this.postpone();
  }

  get signal() {
    return this.#controller.signal;
  }

  postpone() {
    this.cancel();
    this.#timer = setTimeout(() => this.#controller.abort(), this.#milliseconds);
  }

  cancel() {
    clearTimeout(this.#timer);
  }
}
