// Large numbers at the ends of two curves, with their names and the gap between them, over a chart; and what the line
// across it means, where no number stands.

import { h } from "../../shared/dom.js";

const BESIDE = 14; // CSS pixels from a curve's end to its number
const LEAST_GAP = 64; // high, and
const WIDE_GAP = 90; // wide, where the gap's name has room

export class ChartEnds extends HTMLElement {
  #chart = null;
  #shown = null;
  #line = h("i", { class: "gap-line" });
  #gap = h("b", { class: "gap-name" });
  #level = h("span", { class: "level-name" });
  #ends = { train: end("train"), validation: end("validation") };

  connectedCallback() {
    if (!this.firstChild) this.append(this.#level, this.#line, this.#gap, ...Object.values(this.#ends).flat());
  }

  /** `shown` is {x, ends: [{kind, y, text, name, note}], gap}, in the chart's own values, or null. */
  show(chart, shown) {
    [this.#chart, this.#shown] = [chart, shown];
    for (const [kind, [mark, words]] of Object.entries(this.#ends)) {
      const told = shown?.ends.find((one) => one.kind === kind);
      mark.hidden = words.hidden = !told;
      if (!told) continue;
      const [number, name, note] = words.children;
      number.textContent = told.text;
      name.textContent = told.name;
      note.textContent = told.note;
    }
    this.#gap.textContent = shown?.gap ?? "";
    this.place();
  }

  /** Puts all in its place: the chart has been drawn anew. */
  place() {
    this.#placeEnds();
    this.#placeLevel();
  }

  #placeEnds() {
    const shown = this.#shown;
    const places = shown?.ends.map(({ y }) => this.#chart.placeOf(shown.x, y)) ?? [];
    const isPlaced = places.length > 0 && places.every(Boolean);
    this.classList.toggle("is-empty", !isPlaced);
    if (!isPlaced) return;
    const heights = shown.ends.map(({ kind }) => this.#ends[kind][1].offsetHeight);
    const { top, bottom } = this.#chart.field;
    const tops = apart(
      places.map((place, index) => place.top - heights[index] * 0.32),
      heights,
      top - 8,
      bottom,
    );
    shown.ends.forEach(({ kind }, index) => {
      const [mark, words] = this.#ends[kind];
      put(mark, places[index].left, places[index].top);
      put(words, places[index].left + BESIDE, tops[index]);
    });
    this.#placeGap(places, top);
  }

  /** At the line's end, beyond it, or where it begins. */
  #placeLevel() {
    const [level] = this.#chart?.levels ?? [];
    const place = level && this.#chart.placeOf(0, level.y);
    this.#level.hidden = !place;
    if (!place) return;
    if (this.#level.textContent !== level.text) this.#level.textContent = level.text;
    const { left, right } = this.#chart.field;
    const [own, ...taken] = [this.#level, ...Object.values(this.#ends).map(([, words]) => words)].map(boxOf);
    const top = place.top - own.height;
    put(this.#level, freeOf([right - own.width - 4, right + 8, left + 4], { ...own, top }, taken), top);
  }

  #placeGap([one, other], top) {
    const [high, low] = [one, other ?? one].map((place) => place.top).sort((a, b) => a - b);
    const hasGap = Boolean(this.#shown.gap) && low - high > 8;
    this.#line.hidden = !hasGap;
    this.#gap.hidden = !hasGap || low - high < LEAST_GAP || one.left < WIDE_GAP + 60;
    put(this.#line, one.left, high);
    this.#line.style.height = `${low - high}px`;
    put(this.#gap, one.left - BESIDE, Math.max(top, high + (low - high) / 2));
  }
}

function end(kind) {
  const words = h("p", { class: `end is-${kind}` }, h("strong", { class: "hero-number" }), h("b"), h("span"));
  return [h("i", { class: `end-dot is-${kind}` }), words];
}

function put(element, left, top) {
  element.style.transform = `translate(${left}px, ${top}px)`; // nothing on the page moves by it
}

/** {left, top, width, height} within what it is placed in; nothing of what is not seen. */
function boxOf(element) {
  const { x, y, width, height } = element.getBoundingClientRect();
  const around = element.parentElement.getBoundingClientRect();
  return { left: x - around.x, top: y - around.y, width, height };
}

/** The first of `lefts` at which a box touches none that are taken; else the last one. */
export function freeOf(lefts, { top, width, height }, taken) {
  const touches = (left, box) =>
    left < box.left + box.width && box.left < left + width && top < box.top + box.height && box.top < top + height;
  return lefts.find((left) => !taken.some((box) => touches(left, box))) ?? lefts.at(-1);
}

/** Tops of boxes of these heights, moved as little as needed so that they lie apart and between `low` and `high`. */
export function apart(tops, heights, low, high) {
  const within = (top, height) => Math.min(Math.max(top, low), high - height);
  if (tops.length < 2) return tops.map((top, index) => within(top, heights[index]));
  const upper = tops[0] <= tops[1] ? 0 : 1;
  const lower = 1 - upper;
  const overlap = Math.max(0, tops[upper] + heights[upper] - tops[lower]);
  const moved = [...tops];
  moved[upper] = within(tops[upper] - overlap / 2, heights[upper]);
  moved[lower] = within(Math.max(tops[lower] + overlap / 2, moved[upper] + heights[upper]), heights[lower]);
  moved[upper] = Math.min(moved[upper], moved[lower] - heights[upper]);
  return moved;
}

customElements.define("chart-ends", ChartEnds);
