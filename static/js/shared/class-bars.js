// The classes, the likeliest first, with bars: all, or of many a few. Emits `label` when one is chosen.

import { emit, h } from "./dom.js";
import { percent, points } from "./format.js";
import { _ } from "./i18n.js";
import { classTitle } from "./layers.js";

const MANY = 20; // classes: of more, only the likeliest are listed
const LISTED = 5;

/** What is said where a network's numbers have grown past what a computer can write. */
export const NO_NUMBERS = _(
  "Its answer became NaN (not a number): on the way through the layers its numbers grow too large.",
);

/** All of them; where they are many the likeliest, and the chosen one. */
function listed(predictions, chosen) {
  if (predictions.length <= MANY) return predictions;
  return predictions.filter(({ label }, index) => index < LISTED || label === chosen);
}

/** Those that are numbers: a network that diverged has none. */
export function known(predictions) {
  return predictions.filter(({ probability }) => Number.isFinite(probability));
}

export class ClassBars extends HTMLElement {
  #list = h("ol", { class: "bars" });

  connectedCallback() {
    if (!this.firstChild) this.append(this.#list);
  }

  /**
   * `predictions` [{label, probability}], sorted; `before` the same from before a change, drawn as marks; `chosen` is
   * outlined. Where none is a number, that is said.
   */
  show(predictions, { before = null, chosen = null, choosable = true } = {}) {
    const focused = this.contains(document.activeElement) && document.activeElement.dataset.label;
    const earlier = new Map(known(before ?? []).map(({ label, probability }) => [label, probability]));
    const shown = listed(known(predictions), chosen);
    const rows = shown.map((prediction) => h("li", {}, this.#row(prediction, earlier, chosen, choosable)));
    this.#list.classList.toggle("is-roomy", predictions.length > MANY);
    this.#list.replaceChildren(
      ...(rows.length || !predictions.length ? rows : [h("li", { class: "small" }, NO_NUMBERS)]),
    );
    if (focused) this.querySelector(`[data-label="${CSS.escape(focused)}"]`)?.focus();
  }

  #row({ label, probability }, earlier, chosen, choosable) {
    const title = classTitle(label);
    const was = earlier.get(label);
    const parts = [
      h("span", { class: "name" }, title),
      bar(probability, was),
      h("span", { class: "figure" }, percent(probability)),
      was === undefined ? null : moved(probability - was),
    ];
    if (!choosable) return h("span", { class: "bar-row" }, parts);
    const look = {
      class: "bar-row",
      type: "button",
      "data-label": label,
      "aria-pressed": String(label === chosen),
      title: _("Where does “%(label)s” come from?", { label: title }),
    };
    return h("button", { ...look, onclick: () => emit(this, "label", label) }, parts);
  }
}

function bar(probability, was) {
  const bar = h(
    "span",
    { class: "track", "aria-hidden": "true" },
    h("span", { class: "fill" }),
    was === undefined ? null : h("span", { class: "was" }),
  );
  bar.style.setProperty("--share", probability);
  if (was !== undefined) bar.style.setProperty("--was", was);
  return bar;
}

function moved(difference) {
  const sign = Math.abs(difference) < 0.0005 ? "" : difference < 0 ? " is-less" : " is-more";
  return h("span", { class: `figure moved${sign}` }, points(difference));
}

customElements.define("class-bars", ClassBars);
