// Slides the window over the picture: play, pause, step, scrub. Emits `position` with an index, row by row.

import { emit, h } from "../shared/dom.js";
import { _ } from "../shared/i18n.js";

const SPEEDS = [
  { name: _("slow"), perSecond: () => 2 },
  { name: _("normal"), perSecond: () => 12 },
  { name: _("a row each second"), perSecond: (width) => width },
  { name: _("all in ten seconds"), perSecond: (width, count) => count / 10 },
];

export class WindowPlayer extends HTMLElement {
  #width = 1;
  #count = 1;
  #index = 0;
  #playing = null;
  #play = h("button", {
    class: "button icon play",
    type: "button",
    "data-key": "Space",
    onclick: () => this.toggle(),
  });
  #scrub = h("input", {
    type: "range",
    min: 0,
    value: 0,
    "aria-label": _("Position of the window"),
    oninput: () => this.#seek(Number(this.#scrub.value)),
  });
  #speed = h(
    "select",
    { "aria-label": _("Speed"), onchange: () => this.isPlaying && this.#start() },
    SPEEDS.map(({ name }, index) => h("option", { value: index }, name)),
  );

  connectedCallback() {
    if (this.firstChild) return;
    const step = (text, label, by) =>
      h(
        "button",
        {
          class: "button icon",
          type: "button",
          title: label,
          "aria-label": label,
          onclick: () => this.#seek(this.#index + by),
        },
        text,
      );
    this.#speed.value = 1;
    this.append(
      step("◂", _("One step back"), -1),
      this.#play,
      step("▸", _("One step on"), 1),
      this.#scrub,
      this.#speed,
    );
    this.#label();
  }

  disconnectedCallback() {
    this.pause();
  }

  /** The result has `count` pixels, `width` in a row. */
  set size({ width, height }) {
    this.#width = width;
    this.#count = width * height;
    this.#scrub.max = this.#count - 1;
    this.#scrub.value = this.#index;
  }

  /** Where the window is, without saying so to anyone. */
  set index(index) {
    this.#index = index;
    this.#scrub.value = index;
  }

  get isPlaying() {
    return this.#playing !== null;
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.#start();
  }

  pause() {
    cancelAnimationFrame(this.#playing);
    this.#playing = null;
    this.#label();
  }

  #start() {
    cancelAnimationFrame(this.#playing);
    const from = this.#index >= this.#count - 1 ? 0 : this.#index;
    const begun = performance.now();
    const tick = (now) => {
      const index =
        from +
        Math.floor((Math.max(0, now - begun) / 1000) * SPEEDS[this.#speed.value].perSecond(this.#width, this.#count));
      this.#playing = index >= this.#count - 1 ? null : requestAnimationFrame(tick);
      if (index !== this.#index) this.#seek(index, true);
      if (!this.isPlaying) this.#label();
    };
    this.#playing = requestAnimationFrame(tick);
    this.#label();
  }

  #seek(index, byPlaying = false) {
    if (!byPlaying && this.isPlaying) this.pause();
    this.index = Math.max(0, Math.min(this.#count - 1, index));
    emit(this, "position", { index: this.#index, playing: this.isPlaying });
  }

  #label() {
    const label = this.isPlaying ? _("Pause") : _("Slide the window over the picture");
    this.#play.textContent = this.isPlaying ? "❚❚" : "▶";
    this.#play.setAttribute("aria-label", label);
    this.#play.title = label;
  }
}

customElements.define("window-player", WindowPlayer);
