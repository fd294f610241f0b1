// The types of layers that may come to a place, each with what it does. Emits `layer` with {path, layer}.

import { emit, h } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { GROUPS, kindSentence, kindTitle } from "./layer-kinds.js";
import { addable, lastPlaceFor } from "./network-edits.js";

export class LayerMenu extends HTMLElement {
  #opener = null;

  connectedCallback() {
    if (this.hasAttribute("role")) return;
    this.hidden = true;
    this.setAttribute("role", "dialog");
    this.setAttribute("aria-label", _("Add a layer"));
    this.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener(
      "pointerdown",
      (event) => this.hidden || this.contains(event.target) || this.#opener?.contains(event.target) || this.close(),
    );
  }

  /** Offers what may come to `path`; with null each type goes to the last place where it may stand. */
  offer(network, path, limits, opener) {
    if (!this.hidden && this.#opener === opener) return this.close();
    this.#opener?.setAttribute("aria-expanded", "false");
    this.#opener = opener;
    opener.setAttribute("aria-expanded", "true");
    const find = (type) =>
      path ? place(path, addable(network, path, type, limits)) : lastPlaceFor(network, type, limits);
    const groups = GROUPS.map(([title, types]) => [
      title,
      types.map((type) => [type, find(type)]).filter(([, found]) => found),
    ]);
    this.replaceChildren(
      ...groups.filter(([, items]) => items.length).map(([title, items]) => this.#group(title, items)),
    );
    if (!this.firstChild) this.append(h("p", { class: "small soft" }, _("No layer fits here.")));
    opener.after(this);
    this.hidden = false;
    this.querySelector("button")?.focus({ preventScroll: true });
    this.scrollIntoView({ block: "nearest" });
  }

  close() {
    if (this.hidden) return;
    this.hidden = true;
    this.#opener?.setAttribute("aria-expanded", "false");
  }

  #group(title, items) {
    return h(
      "section",
      {},
      h("h3", {}, title),
      items.map(([type, found]) => this.#item(type, found)),
    );
  }

  #item(type, found) {
    const choose = () => {
      this.close();
      emit(this, "layer", found);
    };
    return h(
      "button",
      { type: "button", "data-type": type, onclick: choose },
      h("strong", {}, kindTitle({ type, activation: _("activation") })),
      h("span", { class: "small soft" }, kindSentence(type)),
    );
  }

  #key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      this.#opener?.focus();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const items = [...this.querySelectorAll("button")];
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
  }
}

function place(path, layer) {
  return layer && { path, layer };
}

customElements.define("layer-menu", LayerMenu);
