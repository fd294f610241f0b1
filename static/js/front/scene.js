// What lies over the hero's three parts: the window with its ghosts on the photo, two lines that open it into its
// numbers, and the arrow from the sum to its pixel of the result. Knows places on the screen, no values.

import { s } from "../shared/dom.js";

const GHOSTS = 4;
const [SIDE, PACE] = [3, 4]; // of the window, and between two ghosts, in pixels of the picture
const MARGIN = 3; // around the frame of the numbers

export class Scene {
  #svg;
  #parts;
  #places = null;
  #ghosts = Array.from({ length: GHOSTS }, (_value, age) => s("rect", { class: "ghost", opacity: 0.7 - age * 0.16 }));
  #opening = [s("path", { class: "opening" }), s("path", { class: "opening is-on-photo" })];
  #frame = s("rect", { class: "opening-frame", rx: 8 });
  #casing = s("rect", { class: "window-casing", rx: 3 });
  #window = s("rect", { class: "window", rx: 2 });
  #arrow = s("path", { class: "landing" });
  #row = s("path", { class: "row-to-come" });
  #pixel = s("rect", { class: "landed", rx: 1.5 });

  /** `parts` are the elements {photo, numbers, kernel, total, result} that lie under `svg`. */
  constructor(svg, parts) {
    [this.#svg, this.#parts] = [svg, parts];
    const lines = s("g", { class: "lines" }, this.#opening, this.#arrow);
    svg.append(lines, this.#frame, this.#row, ...this.#ghosts, this.#casing, this.#window, this.#pixel);
  }

  /** The places are read anew: the page has changed its size. */
  measure() {
    const origin = this.#svg.getBoundingClientRect();
    const read = ([name, element]) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return [name, { x: left - origin.left, y: top - origin.top, width, height }];
    };
    this.#places = Object.fromEntries(Object.entries(this.#parts).map(read));
    const { numbers } = this.#places;
    place(this.#frame, grown(numbers, MARGIN));
  }

  /**
   * The window stands over pixel (x, y) of a picture of `width` by `height`; `sign` is that of its sum. While it is
   * fast, the lines to and from it are left out.
   */
  show({ x, y, width, height, sign, isSlow, isWhole }) {
    const { photo, result } = this.#places;
    const unit = { x: photo.width / width, y: photo.height / height };
    const at = (left, top) => ({
      x: photo.x + (left - 1) * unit.x,
      y: photo.y + (top - 1) * unit.y,
      width: SIDE * unit.x,
      height: SIDE * unit.y,
    });
    const window = at(x, y);
    this.#svg.classList.toggle("is-fast", !isSlow);
    this.#svg.classList.toggle("is-negative", sign < 0);
    this.#showGhosts({ x, y }, at, isWhole);
    place(this.#window, window);
    place(this.#casing, grown(window, 1.5));
    const pixel = { x: result.x + x * unit.x, y: result.y + y * unit.y, width: unit.x, height: unit.y };
    place(this.#pixel, grown(pixel, 2));
    const middle = { x: pixel.x + unit.x / 2, y: pixel.y + unit.y / 2 };
    this.#row.setAttribute("d", isWhole ? "" : `M${pixel.x + unit.x + 4} ${middle.y}H${result.x + result.width}`);
    if (!isSlow) return;
    this.#open(window, photo);
    this.#land(middle, pixel);
  }

  /** Where it has been in this row. */
  #showGhosts({ x, y }, at, isWhole) {
    this.#ghosts.forEach((ghost, age) => {
      const left = x - (age + 1) * PACE;
      ghost.toggleAttribute("hidden", isWhole || left < 0);
      place(ghost, at(left, y));
    });
  }

  /** Two lines from the window to the frame of its numbers, white where they cross the photo. */
  #open(window, photo) {
    const frame = grown(this.#places.numbers, MARGIN);
    const pairs = this.#isStacked
      ? [
          [window.x, window.y + window.height, frame.x, frame.y],
          [window.x + window.width, window.y + window.height, frame.x + frame.width, frame.y],
        ]
      : [
          [window.x + window.width, window.y, frame.x, frame.y + 4],
          [window.x + window.width, window.y + window.height, frame.x, frame.y + frame.height - 4],
        ];
    const edge = ([left, top, right, low]) => {
      const share = this.#isStacked
        ? (photo.y + photo.height - top) / (low - top)
        : (photo.x + photo.width - left) / (right - left);
      return [left, top, left + (right - left) * share, top + (low - top) * share];
    };
    this.#opening[0].setAttribute("d", pairs.map(line).join(""));
    this.#opening[1].setAttribute("d", pairs.map((pair) => line(edge(pair))).join(""));
  }

  /** An arrow from the sum that lands beside its pixel, or above it. */
  #land({ x, y }, pixel) {
    const { total, kernel } = this.#places;
    if (this.#isStacked) {
      const [left, top] = [total.x + total.width / 2, total.y + total.height];
      const end = pixel.y - 5;
      const bend = (end - top) * 0.6;
      const head = `M${x - 6} ${end - 8}L${x} ${end}L${x + 6} ${end - 8}`;
      this.#arrow.setAttribute("d", `M${left} ${top}C${left} ${top + bend} ${x} ${end - bend} ${x} ${end}${head}`);
      return;
    }
    const [left, top] = [total.x + total.width, total.y + total.height / 2];
    const start = kernel.x + kernel.width; // behind the kernel, which it is not to cross
    const end = pixel.x - 5;
    const bend = (end - start) * 0.5;
    const head = `M${end - 8} ${y - 6}L${end} ${y}L${end - 8} ${y + 6}`;
    this.#arrow.setAttribute(
      "d",
      `M${left} ${top}H${start}C${start + bend} ${top} ${end - bend} ${y} ${end} ${y}${head}`,
    );
  }

  get #isStacked() {
    const { photo, numbers } = this.#places;
    return numbers.y >= photo.y + photo.height;
  }
}

function line([left, top, right, low]) {
  return `M${left} ${top}L${right} ${low}`;
}

function grown({ x, y, width, height }, by) {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function place(rect, box) {
  for (const [name, value] of Object.entries(box)) rect.setAttribute(name, value);
}
