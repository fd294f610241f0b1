// A picture with the window on it. Emits `point` {x, y} in its own pixels, `move` {x, y} for arrow keys and for a
// finger, which moves the window by as much as it moves and so never hides it.

import { emit, give, h, paint, s } from "./dom.js";
import { reveal } from "./reveal.js";

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class PictureView extends HTMLElement {
  #canvas = h("canvas", { "aria-hidden": "true" });
  #full = document.createElement("canvas");
  #window = s("svg", { "aria-hidden": "true", preserveAspectRatio: "none" });
  #size = { width: 1, height: 1 };
  #shown = null;
  #touch = null;
  #marked = "";

  connectedCallback() {
    if (this.firstChild) return;
    this.append(h("div", { class: "frame" }, this.#canvas, this.#window));
    this.tabIndex = 0;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.dataset.label);
    this.addEventListener("pointermove", (event) => (this.#touch ? this.#drag(event) : this.#point(event)));
    this.addEventListener("pointerdown", (event) => this.#press(event));
    for (const end of ["pointerup", "pointercancel"]) this.addEventListener(end, (event) => this.#release(event));
    this.addEventListener("keydown", (event) => this.steer(event));
  }

  /** Shows `rgba` bytes as a picture of `size` {width, height}. */
  show(size, rgba) {
    const ratio = String(size.width / size.height);
    this.#size = size;
    paint(this.#full, size, rgba);
    if (this.style.getPropertyValue("--ratio") !== ratio) this.style.setProperty("--ratio", ratio);
    give(this.#window, { viewBox: `0 0 ${size.width} ${size.height}` });
    this.#draw();
  }

  /**
   * Draws the pixels before position `index` (row by row, or in bands of `band` rows) in full and the rest as a ghost;
   * null shows all.
   */
  reveal(index, band = 1) {
    if (index === null && this.#shown === null) return;
    this.#shown = index === null ? null : [index, band];
    this.#draw();
  }

  #draw() {
    reveal(this.#canvas, this.#full, ...(this.#shown ?? [null]));
  }

  /** Where cells at these rows and columns are on the screen. */
  placeOf({ rows, columns }) {
    const box = this.#canvas.getBoundingClientRect();
    const x = (column) => box.left + (column * box.width) / this.#size.width;
    const y = (row) => box.top + (row * box.height) / this.#size.height;
    return { left: x(columns[0]), top: y(rows[0]), right: x(columns.at(-1) + 1), bottom: y(rows.at(-1) + 1) };
  }

  /**
   * Outlines the cells at these rows and columns of the picture; they may lie in the border. `turn` is an SVG
   * rotation.
   */
  mark({ rows, columns, turn = null }) {
    const [top, left] = [rows[0], columns[0]];
    const [height, width] = [rows.at(-1) - top + 1, columns.at(-1) - left + 1];
    const outline = { x: left, y: top, width, height, ...(turn && { transform: turn }) };
    const key = JSON.stringify([rows, columns, turn]);
    if (key === this.#marked) return;
    this.#marked = key;
    const gaps = rows.length > 1 && rows[1] - rows[0] > 1;
    const cells = gaps
      ? rows.flatMap((y) => columns.map((x) => s("rect", { class: "cell", x, y, width: 1, height: 1 })))
      : [];
    const halo = s("rect", { class: "halo", ...outline });
    this.#window.replaceChildren(halo, s("rect", { class: "window", ...outline }), ...cells);
  }

  #press(event) {
    if (event.pointerType !== "touch") return this.#point(event);
    this.setPointerCapture(event.pointerId);
    this.#touch = { x: event.clientX, y: event.clientY, hasMoved: false };
    return undefined;
  }

  /** Whole pixels of the picture; what is left over waits for the next move. */
  #drag({ clientX, clientY }) {
    const box = this.#canvas.getBoundingClientRect();
    const pixel = box.width / this.#size.width;
    const [x, y] = [Math.trunc((clientX - this.#touch.x) / pixel), Math.trunc((clientY - this.#touch.y) / pixel)];
    if (x === 0 && y === 0) return;
    this.#touch = { x: this.#touch.x + x * pixel, y: this.#touch.y + y * pixel, hasMoved: true };
    emit(this, "move", { x, y });
  }

  /** A tap that did not move points. */
  #release(event) {
    const isTap = this.#touch && !this.#touch.hasMoved && event.type === "pointerup";
    this.#touch = null;
    if (isTap) this.#point(event);
  }

  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * this.#size.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * this.#size.height);
    if (x >= 0 && y >= 0 && x < this.#size.width && y < this.#size.height) emit(this, "point", { x, y });
  }

  /** An arrow key moves the window. */
  steer(event) {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const pace = event.shiftKey ? 10 : 1;
    emit(this, "move", { x: move[0] * pace, y: move[1] * pace });
  }
}

customElements.define("picture-view", PictureView);
