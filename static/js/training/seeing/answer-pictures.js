// Pictures with how sure the network was of its answer. Emits `picture` with the one that is clicked.

import { emit, h } from "../../shared/dom.js";
import { percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { columnsOf, enterAt, rove } from "../../shared/roving.js";

export class AnswerPictures extends HTMLElement {
  #tiles = [];

  connectedCallback() {
    this.addEventListener("keydown", (event) => rove(event, this.#tiles, columnsOf(this.#tiles)));
  }

  /** `pictures` are {index, confidence, image}: the image is an address. */
  show(pictures) {
    this.#tiles = pictures.map((picture) => this.#tile(picture));
    if (this.#tiles[0]) enterAt(this.#tiles, this.#tiles[0]);
    this.replaceChildren(...this.#tiles);
  }

  #tile(picture) {
    const sure = percent(picture.confidence);
    const label = _("Look at this picture as your photo: %(share)s sure", { share: sure });
    return h(
      "button",
      { type: "button", title: label, "aria-label": label, onclick: () => emit(this, "picture", picture) },
      h("img", { src: picture.image, alt: "" }),
      h("span", { class: "figure", "aria-hidden": "true" }, sure),
    );
  }
}

customElements.define("answer-pictures", AnswerPictures);
