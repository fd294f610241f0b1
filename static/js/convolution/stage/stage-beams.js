// What leads the eye over the stage: two lines open the window into its numbers, an arrow takes the sum to its pixel.
// It knows boxes on the screen, nothing of pictures.

import { give, s } from "../../shared/dom.js";

export class StageBeams extends HTMLElement {
  #lines = [s("line", { class: "beam" }), s("line", { class: "beam" })];
  #arrow = s("path", { class: "arrow" });
  #head = s("path", { class: "arrow-head" });
  #svg = s("svg", {}, ...this.#lines, this.#arrow, this.#head);

  connectedCallback() {
    if (!this.firstChild) this.append(this.#svg);
  }

  /** Boxes as getBoundingClientRect gives them: window, numbers, their sum, the result's pixel; and its sign. */
  show({ window, numbers, sum, pixel, sign }) {
    this.hidden = [window, numbers, sum, pixel].some(({ left, right }) => right <= left); // a link leaves parts out
    if (this.hidden) return;
    const origin = this.getBoundingClientRect();
    const place = (box) => ({
      left: box.left - origin.left,
      right: box.right - origin.left,
      top: box.top - origin.top,
      bottom: box.bottom - origin.top,
    });
    const boxes = [window, numbers, sum, pixel].map(place);
    const isBeside = boxes[1].left >= boxes[0].right - 1 && numbers.width > 0;
    (isBeside ? this.#beside : this.#below).apply(this, boxes);
    this.dataset.sign = sign < 0 ? "negative" : sign > 0 ? "positive" : "zero";
  }

  #beside(window, numbers, sum, pixel) {
    this.#draw(this.#lines[0], [window.right, window.top], [numbers.left, numbers.top]);
    this.#draw(this.#lines[1], [window.right, window.bottom], [numbers.left, numbers.bottom]);
    const [from, to] = [middle(sum), middle(pixel)];
    const start = sum.right + 12;
    const end = pixel.left - 5;
    const bend = Math.max(40, (end - start) / 2);
    this.#point(
      `M${start} ${from[1]}C${start + bend} ${from[1]} ${end - bend} ${to[1]} ${end} ${to[1]}`,
      end,
      to[1],
      0,
    );
  }

  #below(window, numbers, sum, pixel) {
    this.#draw(this.#lines[0], [window.left, window.bottom], [numbers.left, numbers.top]);
    this.#draw(this.#lines[1], [window.right, window.bottom], [numbers.right, numbers.top]);
    const [x, end] = [middle(pixel)[0], pixel.top - 5];
    const [start, from] = [numbers.bottom, middle(numbers)[0]];
    const bend = Math.max(16, (end - start) / 2);
    this.#point(`M${from} ${start}C${from} ${start + bend} ${x} ${end - bend} ${x} ${end}`, x, end, 90);
  }

  #draw(line, [x1, y1], [x2, y2]) {
    give(line, { x1, y1, x2, y2 });
  }

  #point(path, x, y, turn) {
    give(this.#arrow, { d: path });
    give(this.#head, { d: "M-9 -6L1 0L-9 6", transform: `translate(${x} ${y}) rotate(${turn})` });
  }
}

function middle({ left, right, top, bottom }) {
  return [(left + right) / 2, (top + bottom) / 2];
}

customElements.define("stage-beams", StageBeams);
