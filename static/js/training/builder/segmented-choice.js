// A row of choices of which one is taken. What is not possible now cannot be taken. Emits `choice` with a value.

import { emit, h } from "../../shared/dom.js";

let count = 0;

export class SegmentedChoice extends HTMLElement {
  #name = `choice-${(count += 1)}`;
  #key = null;

  /** `options` are {value, text, title, isPossible}. */
  show({ title, options, value }) {
    const key = JSON.stringify([title, options.map((option) => [option.value, option.text])]);
    if (key !== this.#key) this.#build(title, options);
    this.#key = key;
    options.forEach((option, index) => {
      const radio = this.querySelectorAll("input")[index];
      radio.checked = option.value === value;
      radio.disabled = option.isPossible === false;
    });
  }

  #build(title, options) {
    const radio = (option) =>
      h("input", { type: "radio", name: this.#name, onchange: () => emit(this, "choice", option.value) });
    const labels = options.map((option) => h("label", { title: option.title }, radio(option), option.text));
    this.replaceChildren(h("fieldset", { class: "segments" }, h("legend", {}, title), h("div", {}, labels)));
  }
}

customElements.define("segmented-choice", SegmentedChoice);
