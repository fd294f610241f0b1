// The time of a training: from the random start to now, by dragging, by arrow keys, or replayed in a few seconds.
// Emits `moment` with a position, or null for now (the end, which moves on while the network learns).

import { emit, h } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";

const REPLAY_MS = 7000;
const [FASTEST_MS, SLOWEST_MS] = [60, 700]; // that a moment stays

export class TimeScrubber extends HTMLElement {
  #moments = [];
  #timer = null;
  #play = h("button", { class: "button icon", type: "button", onclick: () => this.toggle() });
  #start = h(
    "button",
    { class: "linklike fact start", type: "button", onclick: () => this.#seek(0) },
    _("random start"),
  );
  #range = h("input", {
    type: "range",
    min: 0,
    max: 0,
    value: 0,
    "aria-label": _("Moment of the training"),
    oninput: () => this.#seek(Number(this.#range.value)),
  });
  #marks = h("span", { class: "marks", "aria-hidden": "true" });
  #now = h("button", {
    class: "linklike fact end",
    type: "button",
    onclick: () => this.#seek(this.#moments.length - 1),
  });

  connectedCallback() {
    if (this.firstChild) return;
    this.append(this.#play, this.#start, h("span", { class: "rail" }, this.#range, this.#marks), this.#now);
    this.#label();
  }

  disconnectedCallback() {
    this.pause();
  }

  get isPlaying() {
    return this.#timer !== null;
  }

  /**
   * `moments` are {title, isEpoch}, the oldest first; `at` is a position, null for the newest; `end` names the newest.
   */
  show(moments, at, end) {
    this.#moments = moments;
    const last = Math.max(0, moments.length - 1);
    const position = at ?? last;
    this.#range.max = last;
    this.#range.value = position;
    this.#range.disabled = last === 0;
    this.#play.disabled = last === 0;
    this.#start.disabled = last === 0;
    this.#range.setAttribute("aria-valuetext", moments[position]?.title ?? "");
    this.style.setProperty("--share", last ? position / last : 0);
    this.#now.textContent = end;
    this.#now.classList.toggle("is-now", at === null);
    this.#mark(last);
  }

  /** A short line at each end of an epoch, as far as there is room for them. */
  #mark(last) {
    const ends = this.#moments.flatMap(({ isEpoch }, index) => (isEpoch ? [index] : []));
    const shown = ends.length > 60 ? [] : ends;
    if (this.#marks.childElementCount !== shown.length) this.#marks.replaceChildren(...shown.map(() => h("i")));
    shown.forEach((index, order) => this.#marks.children[order].style.setProperty("--at", last ? index / last : 0));
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.#replay();
  }

  pause() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#label();
  }

  #replay() {
    const at = Number(this.#range.value);
    let next = at >= this.#moments.length - 1 ? 0 : at + 1;
    const step = () => {
      const last = this.#moments.length - 1;
      this.#move(Math.min(next, last));
      if (next >= last) return this.pause();
      next += 1;
      this.#timer = setTimeout(step, Math.max(FASTEST_MS, Math.min(SLOWEST_MS, REPLAY_MS / (last + 1))));
      return this.#label();
    };
    step();
  }

  #seek(position) {
    if (this.isPlaying) this.pause();
    this.#move(position);
  }

  #move(position) {
    emit(this, "moment", position >= this.#moments.length - 1 ? null : position);
  }

  #label() {
    const label = this.isPlaying ? _("Pause the replay") : _("Replay the training");
    this.#play.textContent = this.isPlaying ? "❚❚" : "▶";
    this.#play.setAttribute("aria-label", label);
    this.#play.title = label;
  }
}

customElements.define("time-scrubber", TimeScrubber);
