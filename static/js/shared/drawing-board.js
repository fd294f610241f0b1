// A small board to draw a picture on. Emits `drawn` with a PNG file.

import { emit, h } from "./dom.js";
import { _ } from "./i18n.js";

const SIDE = 128;

export class DrawingBoard extends HTMLElement {
  #canvas = h("canvas", {
    width: SIDE,
    height: SIDE,
    class: "board",
    role: "img",
    "aria-label": _("Drawing board: draw with the mouse or a finger"),
  });
  #width = h("input", { type: "range", min: 1, max: 24, value: 4, "aria-label": _("Width of the pencil") });
  #level = h("input", { type: "range", min: 0, max: 255, value: 255, "aria-label": _("Brightness of the pencil") });
  #last = null;

  /** The pencil's width in pixels of the picture, of 128. */
  set pencil(width) {
    this.#width.value = width;
  }

  connectedCallback() {
    if (this.firstChild) return;
    const button = (text, action, look = "") =>
      h("button", { class: `button ${look}`, type: "button", onclick: action }, text);
    this.append(
      this.#canvas,
      h("label", { class: "check" }, _("pencil"), this.#width),
      h("label", { class: "check" }, _("brightness"), this.#level),
      h(
        "div",
        { class: "buttons" },
        button(_("Clear"), () => this.#clear()),
        button(_("Cancel"), () => this.closest("dialog").close()),
        button(_("Use this drawing"), () => this.#finish(), "primary"),
      ),
    );
    this.#canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    this.#canvas.addEventListener("pointermove", (event) => this.#draw(event));
    this.#canvas.addEventListener("pointerup", () => (this.#last = null));
    this.#clear();
  }

  #clear() {
    const context = this.#canvas.getContext("2d");
    context.fillStyle = "black";
    context.fillRect(0, 0, SIDE, SIDE);
  }

  #begin(event) {
    this.#canvas.setPointerCapture(event.pointerId);
    this.#last = this.#place(event);
    this.#draw(event);
  }

  #draw(event) {
    if (!this.#last) return;
    const [from, to] = [this.#last, this.#place(event)];
    const context = this.#canvas.getContext("2d");
    const level = this.#level.value;
    Object.assign(context, {
      lineWidth: this.#width.value,
      lineCap: "round",
      strokeStyle: `rgb(${level} ${level} ${level})`,
    });
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    this.#last = to;
  }

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  #finish() {
    this.#canvas.toBlob((file) => emit(this, "drawn", file), "image/png");
    this.closest("dialog").close();
  }
}

customElements.define("drawing-board", DrawingBoard);
