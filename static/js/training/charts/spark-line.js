// A small curve of shares from 0 to 1, without axes: how a run's validation accuracy grew.

import { s } from "../../shared/dom.js";

const WIDTH = 88;
const HEIGHT = 24;
const EDGE = 2;

export class SparkLine extends HTMLElement {
  #line = s("polyline", { fill: "none", stroke: "currentColor", "stroke-width": 1.5, "stroke-linejoin": "round" });

  connectedCallback() {
    if (!this.firstChild)
      this.append(s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" }, this.#line));
  }

  /** `shares`, oldest first; null is left out. */
  set shares(shares) {
    const known = shares.filter((share) => share !== null);
    const across = (WIDTH - 2 * EDGE) / Math.max(1, known.length - 1);
    this.#line.setAttribute(
      "points",
      known.map((share, index) => `${EDGE + index * across},${HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)}`).join(" "),
    );
  }
}

customElements.define("spark-line", SparkLine);
