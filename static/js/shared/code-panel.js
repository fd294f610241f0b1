// The programs that give the numbers on the screen, one tab each, ready to copy.

import { copyText } from "./clipboard.js";
import { h } from "./dom.js";
import { _ } from "./i18n.js";

const LANGUAGES = { curl: "curl", pytorch: "PyTorch", numpy: "NumPy / SciPy", opencv: "OpenCV", keras: "Keras" };

export class CodePanel extends HTMLElement {
  #programs = {};
  #chosen = "curl";
  #text = h("code", {});
  #tabs = Object.entries(LANGUAGES).map(([key, title]) => this.#tab(key, title));
  #copy = h("button", { class: "button", type: "button", onclick: () => this.#copyText() }, _("Copy"));

  connectedCallback() {
    if (this.firstChild) return;
    const tabs = h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": _("As code"), onkeydown: (event) => this.#key(event) },
      this.#tabs,
    );
    const panel = h("pre", { role: "tabpanel", id: "program", tabindex: 0, "aria-label": _("Program") }, this.#text);
    this.append(h("div", { class: "code-head" }, tabs, this.#copy), panel);
    this.choose(this.#chosen);
  }

  /** {curl, pytorch, numpy, opencv, keras}, or some of them: the whole programs. */
  set programs(programs) {
    this.#programs = programs;
    for (const tab of this.#tabs) tab.hidden = !Object.hasOwn(programs, tab.dataset.key);
    this.choose(Object.hasOwn(programs, this.#chosen) ? this.#chosen : (Object.keys(programs)[0] ?? "curl"));
  }

  choose(key) {
    this.#chosen = key;
    this.#text.textContent = this.#programs[key] ?? "";
    for (const tab of this.#tabs) {
      tab.setAttribute("aria-selected", String(tab.dataset.key === key));
      tab.tabIndex = tab.dataset.key === key ? 0 : -1;
    }
  }

  #tab(key, title) {
    return h(
      "button",
      { type: "button", role: "tab", "data-key": key, "aria-controls": "program", onclick: () => this.choose(key) },
      title,
    );
  }

  #key(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    const tabs = this.#tabs.filter((tab) => !tab.hidden);
    const index = tabs.findIndex((tab) => tab.dataset.key === this.#chosen);
    const next = tabs[(index + move + tabs.length) % tabs.length];
    this.choose(next.dataset.key);
    next.focus();
  }

  async #copyText() {
    const done = await copyText(this.#text.textContent);
    this.#copy.textContent = done ? _("Copied") : _("Select the text to copy it");
    setTimeout(() => (this.#copy.textContent = _("Copy")), 1500);
  }
}

customElements.define("code-panel", CodePanel);
