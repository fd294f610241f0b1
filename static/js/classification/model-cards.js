// The networks to choose from, each with one sentence. Emits `model` with a name.

import { emit, h } from "../shared/dom.js";
import { sentenceOf } from "./model-facts.js";

export class ModelCards extends HTMLElement {
  /** The cards as the server gives them. */
  set cards(cards) {
    this.replaceChildren(
      h(
        "ul",
        {},
        cards.map((card) => h("li", {}, this.#button(card))),
      ),
    );
  }

  /** Outlines the card of that name. */
  set chosen(name) {
    for (const button of this.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset.model === name));
  }

  #button(card) {
    const look = { type: "button", class: "model", "data-model": card.name, "aria-pressed": "false" };
    return h(
      "button",
      { ...look, onclick: () => emit(this, "model", card.name) },
      h("strong", {}, card.title ?? card.name),
      h("span", { class: "small soft" }, sentenceOf(card)),
    );
  }
}

customElements.define("model-cards", ModelCards);
