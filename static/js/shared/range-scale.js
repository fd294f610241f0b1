// The scale under a result: what color stands for which value, with the range written out.

import { give, h, say } from "./dom.js";
import { short } from "./format.js";

export class RangeScale extends HTMLElement {
  #bar = h("div", { class: "bar" });
  #ends = [h("span"), h("span"), h("span")];

  connectedCallback() {
    if (!this.firstChild) this.append(this.#bar, h("div", { class: "ends figure" }, this.#ends));
  }

  /** `ends` are the values at the left, in the middle (or null) and at the right of the bar. */
  show(mode, ends) {
    this.dataset.mode = mode;
    give(this.#bar, { class: `bar is-${mode}` });
    ends.forEach((value, index) => say(this.#ends[index], value === null ? "" : short(value)));
  }
}

customElements.define("range-scale", RangeScale);
