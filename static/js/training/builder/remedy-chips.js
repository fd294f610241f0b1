// Remedies as chips that are switched on and off; each that is on opens its setting. Emits `switch` with {name, isOn}.

import { emit, h } from "../../shared/dom.js";

export class RemedyChips extends HTMLElement {
  #chips = h("div", { class: "chips" });
  #panels = h("div", { class: "panels" });
  #known = new Map();

  connectedCallback() {
    if (!this.firstChild) this.append(this.#chips, this.#panels);
  }

  /** `remedies` are {name, title, acts, setting}: what it acts on in a word, and the element that sets it, or null. */
  set remedies(remedies) {
    for (const remedy of remedies) this.#known.set(remedy.name, this.#build(remedy));
    this.#chips.replaceChildren(...[...this.#known.values()].map(({ chip }) => chip));
    this.#panels.replaceChildren(...[...this.#known.values()].map(({ panel }) => panel));
  }

  /** How a remedy stands: `text` on its chip, whether it is on, its sentence, and why it cannot be switched, if so. */
  show(name, { text, isOn, sentence, why = "" }) {
    const { chip, panel, words } = this.#known.get(name);
    chip.textContent = text;
    chip.setAttribute("aria-pressed", String(isOn));
    chip.disabled = Boolean(why);
    chip.title = why;
    panel.hidden = !isOn || !sentence;
    words.textContent = sentence;
  }

  #build({ name, title, acts, setting }) {
    const panel = h("section", { class: "remedy", hidden: true, "aria-label": title });
    const words = h("p", { class: "small soft" });
    const toggle = ({ currentTarget }) =>
      emit(this, "switch", { name, isOn: currentTarget.getAttribute("aria-pressed") !== "true" });
    const chip = h(
      "button",
      { type: "button", class: "chip", "data-remedy": name, "aria-pressed": "false", onclick: toggle },
      title,
    );
    panel.append(h("h3", {}, title, h("span", { class: "acts" }, acts)), ...(setting ? [setting] : []), words);
    return { chip, panel, words };
  }
}

customElements.define("remedy-chips", RemedyChips);
