// Fingers on a chart: two zoom, one moves what is zoomed or else reads off, a tap reads off, two taps show the whole.
// Up and down is left to the page, which scrolls (`touch-action: pan-y`).

import { moved, pinched } from "./zoom.js";

const TWICE_MS = 350; // between two taps
const STILL = 10; // CSS pixels that a tap may move
const CLOSEST = 24; // CSS pixels between two fingers

/**
 * On the element `place`: `shown()` is {zoom, end}, `box()` where the curves are, `zoom(part)` shows a part,
 * `point(left)` reads off, null no more.
 */
export function connectTouch(place, chart) {
  const touch = new Touch(chart);
  for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
    place.addEventListener(type, (event) => event.pointerType !== "mouse" && touch[type](event, place));
  }
  place.addEventListener(
    "touchmove",
    (event) => event.touches.length > 1 && event.cancelable && event.preventDefault(),
    { passive: false },
  );
}

class Touch {
  #chart;
  #fingers = new Map(); // id -> {x, y}
  #begin = null; // what was shown when these fingers came, and where they were
  #isStill = false; // so that it may be a tap
  #tapped = null; // the last tap: {x, at}
  #drawing = null;

  constructor(chart) {
    this.#chart = chart;
  }

  pointerdown({ pointerId, clientX: x, clientY: y }, place) {
    place.setPointerCapture(pointerId); // the curves may be drawn anew meanwhile
    this.#fingers.set(pointerId, { x, y });
    this.#isStill = this.#fingers.size === 1;
    this.#start();
  }

  pointermove({ pointerId, clientX: x, clientY: y }) {
    const finger = this.#fingers.get(pointerId);
    if (!finger) return;
    Object.assign(finger, { x, y });
    if (this.#isStill && Math.abs(x - this.#begin.x) <= STILL) return;
    this.#isStill = false;
    this.#drawing ??= requestAnimationFrame(() => this.#draw());
  }

  pointerup(event) {
    const isTap = this.#isStill && this.#fingers.has(event.pointerId);
    this.pointercancel(event);
    if (isTap) this.#tap(event);
  }

  pointercancel({ pointerId }) {
    this.#fingers.delete(pointerId);
    this.#isStill = false;
    this.#start();
  }

  #start() {
    const [one] = this.#fingers.values();
    this.#begin = { ...this.#chart.shown(), x: one?.x, pair: this.#pair() };
  }

  /** Of two fingers: their middle and how far they are apart, in shares of the chart's width. */
  #pair() {
    const [one, other] = this.#fingers.values();
    if (!other) return null;
    const { left, width } = this.#chart.box();
    const distance = Math.max(CLOSEST, Math.hypot(one.x - other.x, one.y - other.y));
    return { middle: ((one.x + other.x) / 2 - left) / width, distance: distance / width };
  }

  #draw() {
    this.#drawing = null;
    const [one] = this.#fingers.values();
    if (!one) return;
    const { zoom, end, x, pair } = this.#begin;
    const { left, width } = this.#chart.box();
    if (!pair && !zoom) return this.#chart.point(one.x - left);
    this.#chart.point(null);
    return this.#chart.zoom(pair ? pinched(zoom, pair, this.#pair(), end) : moved(zoom, (x - one.x) / width, end));
  }

  #tap({ clientX: x, timeStamp: at }) {
    const isSecond = this.#tapped && at - this.#tapped.at < TWICE_MS && Math.abs(x - this.#tapped.x) < 3 * STILL;
    this.#tapped = isSecond ? null : { x, at };
    if (isSecond) this.#chart.zoom(null);
    else this.#chart.point(x - this.#chart.box().left);
  }
}
