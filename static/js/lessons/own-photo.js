// The visitor's photo in the exhibits: given once, it takes the place of the sample wherever a card shows a photograph.

import { OWN } from "../shared/address.js";
import { note, noted } from "../shared/keep.js";
import { ownPhoto, remember } from "../rooms/photo.js";

const CHOSEN = "lessons-photo";
const $ = (selector) => document.querySelector(selector);

export class OwnPhoto {
  #isKept = false;
  #isOn = noted(CHOSEN) === "1";
  #changed;

  /** `changed()` hears that another picture is wanted. */
  constructor(changed) {
    this.#changed = changed;
    $("#upload").addEventListener("change", ({ target }) => this.#take(target));
    $("#with-photo").addEventListener("click", () => this.#turn(!this.#isOn));
  }

  async start() {
    this.#isKept = Boolean(await ownPhoto());
  }

  /** The address of a card's state, with the visitor's photo if it is wanted there; shows what can be chosen. */
  addressOf(card) {
    const takesPhoto = "photo" in card.dataset;
    $("#photo-row").hidden = !takesPhoto;
    $("#give").hidden = this.#isKept;
    $("#with-photo").hidden = !this.#isKept;
    $("#with-photo").setAttribute("aria-checked", String(this.#isOn));
    if (!takesPhoto || !this.#isKept || !this.#isOn) return card.dataset.state;
    const address = new URL(card.dataset.state, location.origin);
    address.searchParams.set("sample", OWN);
    return address.pathname + address.search;
  }

  async #take(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    await remember({ file });
    this.#isKept = true;
    this.#turn(true);
    $("#with-photo").focus();
  }

  #turn(isOn) {
    this.#isOn = isOn;
    note(CHOSEN, isOn ? "1" : "0");
    this.#changed();
  }
}
