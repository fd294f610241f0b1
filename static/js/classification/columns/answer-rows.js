// The classes, a row each: the score of the last layer in line with the probability that softmax makes of it. Emits
// `label` when a class is chosen and `open` with {layer, channel} for the sum behind a number.

import { emit, h, s } from "../../shared/dom.js";
import { NO_NUMBERS, known } from "../../shared/class-bars.js";
import { fixed, percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { classTitle } from "../../shared/layers.js";

const MANY = 20; // classes: of more, only the likeliest are listed
const LISTED = 5;
const LEADING = 0.1; // probability from which a class is one of those that lead

export class AnswerRows extends HTMLElement {
  #list = h("ol", { class: "bars" });
  #fan = s("svg", { class: "fan", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  #heads = h("p", { class: "answer-heads", "aria-hidden": "true" });
  #said = { predictions: [], chosen: null };
  #inside = { classes: [], layers: [], scores: [] };

  connectedCallback() {
    if (this.firstChild) return;
    this.append(this.#heads, this.#fan, this.#list);
  }

  /** `predictions` [{label, probability}], the likeliest first; `chosen` is outlined. */
  show(predictions, { chosen = null } = {}) {
    this.#said = { predictions, chosen };
    this.#draw();
  }

  /** What the last layers give: `layers` are the names of the scores' and softmax, `scores` come by class. */
  fill(inside) {
    this.#inside = inside;
    this.#draw();
  }

  /** The numbers that open, a column each. */
  get columns() {
    return [".score", ".share"].map((kind) => [...this.querySelectorAll(`.map${kind}`)]);
  }

  #draw() {
    const { predictions, chosen } = this.#said;
    const { label, layer, channel } = this.contains(document.activeElement) ? document.activeElement.dataset : {};
    const shown = listed(known(predictions), chosen, this.#inside.classes);
    const best = predictions[0]?.label;
    const rows = shown.map((row) => this.#row(row, { isBest: row.label === best, isChosen: row.label === chosen }));
    const isEmpty = predictions.length > 0 && rows.length === 0;
    this.#heads.replaceChildren(...(isEmpty ? [] : [h("span", {}, _("score")), h("span", {}, "softmax")]));
    this.#list.replaceChildren(...(isEmpty ? [h("li", { class: "small" }, NO_NUMBERS)] : rows));
    this.#fan.replaceChildren(...shown.map(({ probability }, index) => strand(probability, index, shown.length)));
    const target = layer
      ? `[data-layer="${CSS.escape(layer)}"][data-channel="${channel}"]`
      : `[data-label="${CSS.escape(label ?? "")}"] .name`;
    if (layer || label) this.querySelector(target)?.focus();
  }

  #row({ label, probability }, { isBest, isChosen }) {
    const title = classTitle(label);
    const channel = this.#inside.classes.indexOf(label);
    const [scores, shares] = this.#inside.layers;
    const bar = h("span", { class: "track", "aria-hidden": "true" }, h("span", { class: "fill" }));
    bar.style.setProperty("--share", probability);
    const name = {
      class: "name",
      type: "button",
      "data-label": label,
      "aria-pressed": String(isChosen),
      title: _("Where does “%(label)s” come from?", { label: title }),
      onclick: () => emit(this, "label", label),
    };
    const look = `bar-row${isBest ? " is-best" : ""}${probability >= LEADING ? " leads" : ""}`;
    return h(
      "li",
      { class: look, "data-label": label },
      h("button", name, title),
      this.#number("score", scores, channel, title, scoreText(this.#inside.scores[channel])),
      this.#number("share", shares, channel, title, [bar, h("span", { class: "figure" }, percent(probability))]),
    );
  }

  #number(kind, layer, channel, title, content) {
    if (!layer) return h("span", { class: kind }, content);
    const open = ({ currentTarget }) =>
      currentTarget.getAttribute("aria-pressed") === "true"
        ? emit(this, "close")
        : emit(this, "open", { layer, channel });
    const label =
      kind === "score" ? _("score of %(label)s", { label: title }) : _("probability of %(label)s", { label: title });
    const place = { "data-layer": layer, "data-layers": layer, "data-channel": channel };
    const look = { class: `map ${kind}`, type: "button", ...place, tabindex: -1 };
    return h(
      "button",
      { ...look, "aria-pressed": "false", onclick: open },
      h("span", { class: "visually-hidden" }, `${label}: `),
      content,
    );
  }
}

/** All of a few classes in their order; of many the likeliest, and the chosen one. */
function listed(predictions, chosen, classes) {
  if (predictions.length > MANY) return predictions.filter(({ label }, index) => index < LISTED || label === chosen);
  return predictions.toSorted((one, other) => classes.indexOf(one.label) - classes.indexOf(other.label));
}

function scoreText(score) {
  const look = score < 0 ? "is-negative" : score > 0 ? "is-positive" : "";
  return h("span", { class: `number ${look}` }, score === undefined ? "" : fixed(score, 1));
}

/** A line from the last column to a class, thicker to those that lead. */
function strand(probability, index, count) {
  const y = ((index + 0.5) / count) * 100;
  const path = s("path", { d: `M0 50C50 50 40 ${y} 100 ${y}`, "vector-effect": "non-scaling-stroke" });
  path.style.strokeWidth = `${1 + 4 * probability}px`;
  if (probability >= LEADING) path.classList.add("leads");
  return path;
}

customElements.define("answer-rows", AnswerRows);
