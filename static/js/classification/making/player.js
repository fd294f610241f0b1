// Plays a map row by row: slow enough at first to follow each sum, faster and faster until it is painted.

const LENGTH_MS = 4800; // under the five seconds after which movement would need more than its own button
const QUICKENING = 1.9;

export class Player {
  #step;
  #end;
  #frame = 0;
  #started = 0;
  #count = 0;
  #share = 0;

  /** `step(index)` is called with each position that is reached, `end()` when the map is whole. */
  constructor({ step, end }) {
    [this.#step, this.#end] = [step, end];
  }

  get isPlaying() {
    return this.#frame !== 0;
  }

  /** Whether it was stopped on the way. */
  get isPaused() {
    return !this.isPlaying && this.#share > 0;
  }

  /** Plays `count` positions from the first one, or goes on where it was paused. */
  play(count) {
    if (count !== this.#count) this.#share = 0;
    this.#count = count;
    this.#started = performance.now() - this.#share * LENGTH_MS;
    this.#next();
  }

  pause() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** Back to the beginning, without telling. */
  stop() {
    this.pause();
    this.#share = 0;
  }

  #next() {
    this.#frame = requestAnimationFrame((now) => {
      this.#share = Math.max(0, Math.min(1, (now - this.#started) / LENGTH_MS));
      this.#step(Math.min(this.#count - 1, Math.floor(this.#count * this.#share ** QUICKENING)));
      if (this.#share < 1) return this.#next();
      this.stop();
      return this.#end();
    });
  }
}
