// The networks to choose from, each with what is known of it. Emits `model` with a name.

import { emit, h } from "../lib/dom.js";
import { number, percentFine } from "../lib/format.js";
import { _ } from "../lib/i18n.js";

export class ModelCards extends HTMLElement {
  #cards = [];

  /** The cards as the server gives them. */
  set cards(cards) {
    this.#cards = cards;
    this.replaceChildren(h("ul", {}, cards.map((card) => h("li", {}, this.#button(card)))));
  }

  /** Outlines the card of that name. */
  set chosen(name) {
    for (const button of this.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.model === name));
  }

  #button(card) {
    const facts = [[_("accuracy"), accuracy(card)], [_("parameters"), number(card.parameters)], [_("data"), card.dataset], [_("input"), card.input.slice(-2).join(" × ")]];
    return h(
      "button",
      { type: "button", class: "model", "data-model": card.name, "aria-pressed": "false", onclick: () => emit(this, "model", card.name) },
      h("strong", {}, card.title ?? card.name),
      h("dl", {}, facts.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", { class: "figure" }, value)]).flat()),
      card.not_for ? h("span", { class: "not-for" }, h("b", {}, _("Not for:")), " ", card.not_for) : null,
    );
  }
}

/** "77.9 % (77.1 to 78.7 %)": the share of right answers on test images, and its 95 % interval. */
function accuracy({ accuracy: share, accuracy_interval: interval, test_images: count }) {
  if (share === null || share === undefined) return "";
  const range = interval && _("%(low)s to %(high)s", { low: percentFine(interval[0]), high: percentFine(interval[1]) });
  const images = count && _("%(count)s test images", { count: number(count) });
  return `${percentFine(share)}${range ? ` (${range})` : ""}${images ? `, ${images}` : ""}`;
}

customElements.define("model-cards", ModelCards);
