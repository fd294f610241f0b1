// Every classic kernel, tried on the visitor's picture. Emits `preset` with a kernel.

import { emit, h, paint } from "../shared/dom.js";

export class PresetStrip extends HTMLElement {
  #kernels = [];

  set kernels(kernels) {
    this.#kernels = kernels;
    this.replaceChildren(...kernels.map((kernel) => this.#button(kernel)));
  }

  #button(kernel) {
    return h(
      "button",
      {
        type: "button",
        class: "preset",
        "data-kernel": kernel.name,
        title: kernel.description,
        "aria-pressed": "false",
        onclick: () => emit(this, "preset", kernel),
      },
      h("canvas", { "aria-hidden": "true" }),
      h("span", {}, kernel.title),
    );
  }

  /** `thumbnail(kernel)` gives {picture, rgba} for each preset. */
  draw(thumbnail) {
    this.#kernels.forEach((kernel, index) => {
      const { picture, rgba } = thumbnail(kernel);
      paint(this.children[index].firstChild, picture, rgba);
    });
  }

  /** Outlines the preset of that name, if there is one. */
  set chosen(name) {
    for (const button of this.children) button.setAttribute("aria-pressed", String(button.dataset.kernel === name));
  }
}

customElements.define("preset-strip", PresetStrip);
