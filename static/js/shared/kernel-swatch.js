// A kernel to look at: one colored cell for each weight, the numbers in its description.

import { h } from "./dom.js";
import { number } from "./format.js";
import { largest, tint } from "./sign.js";

export class KernelSwatch extends HTMLElement {
  /** Shows `matrix`, its colors on a scale to `limit` (its own largest weight, if not given). */
  show(matrix, limit = largest(matrix)) {
    const cells = matrix.flat().map((weight) => tint(h("span", { class: "cell" }), weight, limit));
    const text = matrix.map((row) => row.map((weight) => number(weight, 3)).join("  ")).join("\n");
    if (this.title === text && this.childElementCount === cells.length) return this;
    this.style.setProperty("--columns", matrix[0].length);
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", text.replaceAll("\n", "; "));
    this.title = text;
    this.replaceChildren(...cells);
    return this;
  }
}

customElements.define("kernel-swatch", KernelSwatch);
