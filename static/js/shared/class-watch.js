// Classes with bars that stay in their places, so that one sees them grow and shrink; the true one is marked. Of many
// classes the likeliest, and the true one.

import { h } from "./dom.js";
import { percent } from "./format.js";
import { _ } from "./i18n.js";
import { classTitle } from "./layers.js";

const MANY = 10;
const FEW = 8; // of many

export class ClassWatch extends HTMLElement {
  #list = h("ol", { class: "bars" });
  #rows = new Map();

  connectedCallback() {
    if (!this.firstChild) this.append(this.#list);
  }

  /** `predictions` [{label, probability}], the likeliest first; `order` all classes; `truth` a label or null. */
  show(predictions, { order = null, truth = null } = {}) {
    const shown = inOrder(predictions, order, truth);
    const labels = shown.map(({ label }) => label);
    if (labels.join() !== [...this.#rows.keys()].join()) this.#build(labels);
    for (const prediction of shown) {
      const row = this.#rows.get(prediction.label);
      row.classList.toggle("is-best", prediction === predictions[0]);
      row.classList.toggle("is-true", prediction.label === truth);
      row.querySelector(".track").style.setProperty("--share", prediction.probability);
      row.querySelector(".figure").textContent = percent(prediction.probability);
      row.querySelector(".truth").textContent = prediction.label === truth ? `✓ ${_("the right one")}` : "";
    }
  }

  #build(labels) {
    this.#rows = new Map(labels.map((label) => [label, row(label)]));
    this.#list.replaceChildren(...[...this.#rows.values()].map((element) => h("li", {}, element)));
  }
}

function inOrder(predictions, order, truth) {
  const isKnown = order && predictions.every(({ label }) => order.includes(label));
  if (!isKnown || order.length > MANY) {
    const few = predictions.slice(0, FEW);
    const right = predictions.find(({ label }) => label === truth);
    return right && !few.includes(right) ? [...few.slice(0, -1), right] : few;
  }
  return [...predictions].sort((one, other) => order.indexOf(one.label) - order.indexOf(other.label));
}

function row(label) {
  return h(
    "span",
    { class: "bar-row", "data-label": label },
    h("span", { class: "name" }, classTitle(label)),
    h("span", { class: "track" }, h("span", { class: "fill" }), h("span", { class: "truth" })),
    h("span", { class: "figure" }),
  );
}

customElements.define("class-watch", ClassWatch);
