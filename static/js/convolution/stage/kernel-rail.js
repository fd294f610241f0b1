// The classic kernels, tried on the visitor's picture: the lecture's seven, five more, the rest on demand. What a
// kernel is for stands first, its name second. Emits `preset` with a kernel.

import { emit, give, h, paint, say } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";

const AT_ONCE = 2; // of a camera's frames more would cost the next frame
const LECTURE = 7; // as the server lists them
const FIRST = ["sobel-x", "sobel-y", "emboss", "motion-blur", "line-45"];

export class KernelRail extends HTMLElement {
  #kernels = [];
  #tiles = new Map();
  #chosen = null;
  #thumbnail = null;
  #left = 0; // to be drawn, from #next on
  #next = 0;
  #drawing = null;

  set kernels(kernels) {
    this.#kernels = kernels;
    const [learn] = this.children;
    for (const kernel of kernels) this.#tiles.set(kernel.name, this.#tile(kernel));
    const lecture = kernels.slice(0, LECTURE);
    const first = FIRST.map((name) => kernels.find((kernel) => kernel.name === name)).filter(Boolean);
    const rest = kernels.filter((kernel) => !lecture.includes(kernel) && !first.includes(kernel));
    this.#number([...lecture, ...first].slice(0, 10));
    this.replaceChildren(
      this.#group("lecture", _("In the lecture"), lecture),
      this.#group("first", _("And these"), first),
      h("div", { class: "rail-more" }, this.#more(rest), learn),
    );
  }

  /** The keys that choose them in class view: 1 to 9, then 0. */
  #number(kernels) {
    kernels.forEach(({ name }, index) => {
      const key = String((index + 1) % 10);
      this.#tiles.get(name).dataset.key = key;
      this.#tiles.get(name).setAttribute("aria-keyshortcuts", key);
    });
  }

  #group(name, title, kernels) {
    const tiles = h("div", { class: "tiles" }, ...kernels.map((kernel) => this.#tiles.get(kernel.name)));
    const group = h("section", { class: `rail-group is-${name}` }, h("h3", {}, title), tiles);
    group.style.setProperty("--count", kernels.length);
    return group;
  }

  #more(kernels) {
    const title = _("%(count)s more", { count: kernels.length });
    const tiles = h("div", { class: "tiles" }, ...kernels.map((kernel) => this.#tiles.get(kernel.name)));
    return h("details", { class: "menu", id: "more-kernels" }, h("summary", { class: "button" }, title), tiles);
  }

  #tile(kernel) {
    return h(
      "button",
      {
        type: "button",
        class: "preset",
        "data-kernel": kernel.name,
        title: kernel.description,
        "aria-pressed": "false",
        onclick: () => emit(this, "preset", kernel),
      },
      h("canvas", { "aria-hidden": "true" }),
      h("span", { class: "use" }, kernel.use),
      h("span", { class: "name" }, kernel.title),
    );
  }

  /** `thumbnail(kernel)` gives {picture, rgba} for each kernel: some a frame, so that no frame waits for all. */
  draw(thumbnail) {
    this.#thumbnail = thumbnail;
    this.#left = this.#kernels.length;
    this.#drawing ??= requestAnimationFrame(() => this.#drawSome());
  }

  #drawSome() {
    for (let count = 0; count < AT_ONCE && this.#left > 0; count += 1, this.#left -= 1) {
      const kernel = this.#kernels[this.#next];
      this.#next = (this.#next + 1) % this.#kernels.length;
      if (!this.#isEdited || kernel.name !== this.#chosen) this.#paint(kernel.name, this.#thumbnail(kernel));
    }
    this.#drawing = this.#left > 0 ? requestAnimationFrame(() => this.#drawSome()) : null;
  }

  /** Outlines the tile of that name; null where the kernel is one's own: the tile that it came from then says so. */
  choose(name, original) {
    for (const [own, tile] of this.#tiles) give(tile, { "aria-pressed": own === name });
    const isEdited = name === null && this.#chosen !== null;
    if (!isEdited && this.#isEdited) this.#paint(this.#chosen, original(this.#kernel(this.#chosen)));
    this.#mark(this.#chosen, isEdited);
    this.#chosen = name ?? this.#chosen;
  }

  /** Paints the tile of one's own kernel with what `thumbnail()` gives. */
  repaint(thumbnail) {
    if (this.#isEdited) this.#paint(this.#chosen, thumbnail());
  }

  get #isEdited() {
    return this.#chosen !== null && this.#tiles.get(this.#chosen).classList.contains("is-edited");
  }

  #mark(name, isEdited) {
    if (name === null) return;
    const tile = this.#tiles.get(name);
    tile.classList.toggle("is-edited", isEdited);
    say(tile.querySelector(".name"), isEdited ? _("edited by you") : this.#kernel(name).title);
  }

  #kernel(wanted) {
    return this.#kernels.find(({ name }) => name === wanted);
  }

  #paint(name, { picture, rgba, isSigned }) {
    const canvas = this.#tiles.get(name).firstChild;
    canvas.classList.toggle("is-signed", isSigned);
    paint(canvas, picture, rgba);
  }
}

customElements.define("kernel-rail", KernelRail);
