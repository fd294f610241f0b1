// A picture with the window on it. Emits `point` {x, y} in its own pixels and `move` {x, y} for arrow keys.

import { emit, h, paint, s } from "./dom.js";
import { reveal } from "./reveal.js";

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class PictureView extends HTMLElement {
  #canvas = h("canvas", { "aria-hidden": "true" });
  #full = document.createElement("canvas");
  #window = s("svg", { "aria-hidden": "true", preserveAspectRatio: "none" });
  #size = { width: 1, height: 1 };
  #shown = null;

  connectedCallback() {
    if (this.firstChild) return;
    this.append(h("div", { class: "frame" }, this.#canvas, this.#window));
    this.tabIndex = 0;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.dataset.label);
    this.addEventListener("pointermove", (event) => this.#point(event));
    this.addEventListener("pointerdown", (event) => this.#point(event));
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Shows `rgba` bytes as a picture of `size` {width, height}. */
  show(size, rgba) {
    this.#size = size;
    paint(this.#full, size, rgba);
    this.style.setProperty("--ratio", `${size.width / size.height}`);
    this.#window.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    this.reveal(this.#shown);
  }

  /** Draws the pixels before position `index` (row by row) in full and the rest as a ghost; null shows all. */
  reveal(index) {
    this.#shown = index;
    reveal(this.#canvas, this.#full, index);
  }

  /**
   * Outlines the cells at these rows and columns of the picture; they may lie in the border. `turn` is an SVG
   * rotation.
   */
  mark({ rows, columns, turn = null }) {
    const [top, left] = [rows[0], columns[0]];
    const [height, width] = [rows.at(-1) - top + 1, columns.at(-1) - left + 1];
    const outline = { x: left, y: top, width, height, transform: turn };
    const gaps = rows.length > 1 && rows[1] - rows[0] > 1;
    const cells = gaps
      ? rows.flatMap((y) => columns.map((x) => s("rect", { class: "cell", x, y, width: 1, height: 1 })))
      : [];
    const halo = s("rect", { class: "halo", ...outline });
    this.#window.replaceChildren(halo, s("rect", { class: "window", ...outline }), ...cells);
  }

  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * this.#size.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * this.#size.height);
    if (x >= 0 && y >= 0 && x < this.#size.width && y < this.#size.height) emit(this, "point", { x, y });
  }

  #key(event) {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const pace = event.shiftKey ? 10 : 1;
    emit(this, "move", { x: move[0] * pace, y: move[1] * pace });
  }
}

customElements.define("picture-view", PictureView);
