// How often which numbers occur: bars from the lowest to the highest, zero marked where it is among them.

import { h, s } from "../../shared/dom.js";
import { short } from "../../shared/format.js";

const [WIDTH, HEIGHT] = [240, 56];
const ROOM = 0.15; // of the width, that an end's number takes

export class NumberHistogram extends HTMLElement {
  /** `counts` in equal bins; heights are square roots, so that rare numbers show. */
  show({ counts, minimum, maximum }) {
    const most = Math.max(...counts, 1);
    const step = WIDTH / counts.length;
    const bars = counts.map((count, index) => bar(index * step, step, Math.sqrt(count / most) * HEIGHT));
    const share = (0 - minimum) / (maximum - minimum);
    const isInside = share > ROOM && share < 1 - ROOM;
    const zero =
      share >= 0 && share <= 1
        ? s("line", { class: "zero", x1: share * WIDTH, x2: share * WIDTH, y1: 0, y2: HEIGHT })
        : null;
    const ends = h(
      "div",
      { class: "ends figure" },
      h("span", {}, short(minimum, digits(minimum, maximum))),
      isInside ? h("span", { class: "at-zero" }, "0") : null,
      h("span", {}, short(maximum, digits(minimum, maximum))),
    );
    ends.style.setProperty("--zero-at", share);
    this.setAttribute("role", "img");
    this.replaceChildren(
      s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, bars, zero),
      ends,
    );
  }
}

function bar(x, width, height) {
  return s("rect", { x: x + 0.5, y: HEIGHT - height, width: Math.max(width - 1, 0.5), height });
}

function digits(minimum, maximum) {
  return maximum - minimum > 50 ? 0 : 2;
}

customElements.define("number-histogram", NumberHistogram);
