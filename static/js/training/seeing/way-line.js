// How far something came, moment by moment, as a line with the moment that is shown marked on it.

import { s } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";

const [WIDTH, HEIGHT, EDGE] = [100, 32, 2];

export class WayLine extends HTMLElement {
  #line = s("path", { class: "line" });
  #mark = s("line", { class: "mark", y1: 0, y2: HEIGHT });
  #chart = s(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" },
    this.#mark,
    this.#line,
  );

  connectedCallback() {
    if (!this.firstChild) this.append(this.#chart);
  }

  /** `values` from the first moment to the newest, none below zero; `at` is the position of the one that is shown. */
  show(values, at) {
    const most = Math.max(...values, 1e-9);
    const last = Math.max(1, values.length - 1);
    const points = values.map(
      (value, index) => `${(index / last) * WIDTH} ${HEIGHT - EDGE - (value / most) * (HEIGHT - 2 * EDGE)}`,
    );
    this.#line.setAttribute("d", `M${points.join("L")}`);
    for (const side of ["x1", "x2"]) this.#mark.setAttribute(side, (at / last) * WIDTH);
    this.#chart.setAttribute(
      "aria-label",
      _("From 0 to %(end)s, at most %(most)s", { end: number(values.at(-1) ?? 0), most: number(most) }),
    );
  }
}

customElements.define("way-line", WayLine);
