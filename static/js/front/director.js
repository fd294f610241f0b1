// Who moves: one at a time. The hero walks, then a door plays, then the hero with its next kernel. A door that is
// pointed at plays meanwhile. Knows seconds, not what is drawn.

/** `acts(number)` gives the act of that number: {seconds, begin(), draw(seconds, elapsed), end(), isReady}. */
export class Director {
  #acts;
  #number = 0;
  #clock = { act: null, seconds: 0 };
  #guest = null; // {act, seconds}: who plays between
  #isHeld = false;
  #frame = null;
  #last = 0;

  constructor(acts) {
    this.#acts = acts;
  }

  get isPlaying() {
    return this.#frame !== null;
  }

  play() {
    if (this.isPlaying) return;
    this.#last = performance.now();
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
  }

  pause() {
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  /** From the first act. */
  restart() {
    this.#guest = null;
    [this.#number, this.#clock] = [0, { act: null, seconds: 0 }];
  }

  /** Nobody moves until it is over: something is looked at. */
  hold(isHeld) {
    this.#isHeld = isHeld;
  }

  /** Somebody plays between, unless all are paused. */
  invite(act) {
    if (!this.isPlaying || !act.isReady || this.#clock.act === act || this.#guest?.act === act) return;
    this.#guest?.act.end();
    act.begin();
    this.#guest = { act, seconds: 0 };
  }

  #tick(now) {
    const elapsed = Math.max(0, Math.min(0.1, (now - this.#last) / 1000)); // a frame may be older than the press
    this.#last = now;
    this.#frame = requestAnimationFrame((next) => this.#tick(next));
    if (this.#guest) this.#guest = this.#advance(this.#guest, elapsed);
    else if (!this.#isHeld)
      this.#clock = this.#advance(this.#clock.act ? this.#clock : this.#next(), elapsed) ?? this.#next();
  }

  #next() {
    let act = this.#acts(this.#number++);
    while (!act.isReady) act = this.#acts(this.#number++);
    act.begin();
    return { act, seconds: 0 };
  }

  /** The act a moment later, or null where it has ended. */
  #advance({ act, seconds }, elapsed) {
    const later = seconds + elapsed;
    if (later < act.seconds) {
      act.draw(later, elapsed);
      return { act, seconds: later };
    }
    act.end();
    return null;
  }
}
