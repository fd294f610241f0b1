// What a map is made of, a row each: input map, its kernel, the part that this gives; the lines lead into one node.
// Emits `walk` with a term, `pick` with its channel, `look` with a term or null, and `more`.

import "../../shared/kernel-swatch.js";
import { emit, h, paint, s } from "../../shared/dom.js";
import { fixed, number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { reveal } from "../../shared/reveal.js";

const THICKEST = 5; // of a line, in pixels

export class MapTerms extends HTMLElement {
  #rows = new Map();
  #parts = [];
  #node = null;

  connectedCallback() {
    for (const type of ["pointerover", "focusin"]) this.addEventListener(type, ({ target }) => this.#look(target));
    this.addEventListener("pointerleave", () => emit(this, "look", null));
  }

  /**
   * `terms` are {key, channel, title, short, input, value, kernel, contribution, sum, size, window, pixel}: drawn maps
   * {picture, rgba}, a matrix, or null where there is none; `rest` {count, sum} and `bias` as they come; `heads` are
   * the words above the rows; `node` is what the lines lead into.
   */
  show({ terms, rest, bias, picked, heads, node, isAll }) {
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.#parts = [];
    this.#rows = new Map(terms.map((term) => [term.key, this.#row(term, term.channel === picked)]));
    const rows = [...this.#rows.values()].map(({ element }) => element);
    if (rest || isAll) rows.push(this.#rest(rest, isAll));
    this.style.setProperty("--rows", rows.length);
    this.#node = h("span", { class: "node-sign" }, node);
    this.replaceChildren(
      h(
        "p",
        { class: "row-heads", "aria-hidden": "true" },
        heads.map((head) => h("span", {}, head)),
      ),
      h("div", { class: `term-rows${isAll ? " is-all" : ""}` }, rows),
      s("svg", { class: "bus", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" }),
      h("p", { class: "node" }, this.#bias(bias), this.#node),
    );
    this.toggleAttribute("data-empty", rows.length === 0);
    this.move({ terms, rest });
    if (focused) this.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  /** The same rows with other sums and windows. */
  move({ terms, rest }) {
    const sums = [];
    for (const term of terms) {
      const row = this.#rows.get(term.key);
      if (!row) continue;
      if (term.sum !== undefined) write(row.sum, term.sum);
      place(row.window, term.window, term.size);
      if (row.pixel) place(row.pixel, term.pixel, row.size);
      sums.push(term.sum ?? 0);
    }
    if (rest) sums.push(rest.sum);
    if (rest && this.querySelector(".term-rest .term-sum")) write(this.querySelector(".term-rest .term-sum"), rest.sum);
    this.#lines(sums);
  }

  /** Draws the parts as far as position `index`, row by row; null draws them whole. */
  reveal(index) {
    for (const { canvas, full } of this.#parts) reveal(canvas, full, index);
  }

  #row(term, isPicked) {
    const { key, title, short, input, value, kernel } = term;
    const walk = {
      class: "term-map",
      type: "button",
      "data-key": `walk-${key}`,
      "aria-label": _("Open %(map)s", { map: title }),
      title,
      onclick: () => emit(this, "walk", term),
    };
    const window = h("span", { class: "window", "aria-hidden": "true" });
    const sum = h("span", { class: "figure term-sum" });
    const shown = value ? h("span", { class: "term-value figure" }, value) : input && drawn(input);
    const parts = [shown ? h("button", walk, shown, window) : h("span", { class: "term-name" }, short)];
    const pick = kernel ? this.#pick(term, isPicked) : null;
    if (pick) parts.push(pick.button);
    else if (shown) parts.push(h("span", { class: "term-title" }, short));
    if (term.sum !== undefined) parts.push(sum);
    const element = h("div", { class: `term${isPicked ? " is-picked" : ""}`, "data-term": key }, parts);
    return { element, term, sum, window, pixel: pick?.pixel, size: term.contribution?.picture };
  }

  #pick({ key, channel, title, short, kernel, contribution }, isPicked) {
    const pixel = contribution && h("span", { class: "window", "aria-hidden": "true" });
    const canvas = contribution && drawn(contribution);
    if (canvas) this.#parts.push({ canvas, full: drawn(contribution) });
    const label = {
      type: "button",
      class: "term-pick",
      "data-key": `pick-${key}`,
      "aria-pressed": String(isPicked),
      "aria-label": _("Write out the arithmetic with %(map)s", { map: title }),
      title: short,
      onclick: () => emit(this, "pick", channel),
    };
    const swatch = document.createElement("kernel-swatch").show(kernel);
    const part = canvas ? h("span", { class: "term-part" }, canvas, pixel) : h("span", { class: "term-title" }, short);
    return { button: h("button", label, swatch, part), pixel };
  }

  #rest(rest, isAll) {
    const text = isAll ? _("fewer") : _("%(count)s more", { count: number(rest.count) });
    const button = { class: "more", type: "button", "data-key": "more", onclick: () => emit(this, "more") };
    return h(
      "div",
      { class: "term term-rest" },
      h("button", button, text),
      rest && h("span", { class: "figure term-sum" }),
    );
  }

  #bias(bias) {
    if (bias === null) return null;
    const sum = h("span", { class: "figure term-sum" });
    write(sum, bias);
    return h("span", { class: "bias" }, _("bias"), sum);
  }

  /** Lines from the rows into the node: their width is the part's size, their color its sign. */
  #lines(sums) {
    const most = sums.reduce((largest, sum) => Math.max(largest, Math.abs(sum)), 0) || 1;
    const rows = this.querySelectorAll(".term");
    const paths = sums.map((sum, index) => {
      const y = ((index + 0.5) / rows.length) * 100;
      const look = sum < 0 ? "negative" : sum > 0 ? "positive" : "plain";
      const path = s("path", { class: look, d: `M0 ${y}C55 ${y} 45 50 100 50`, "vector-effect": "non-scaling-stroke" });
      path.style.strokeWidth = `${1 + (THICKEST - 1) * (Math.abs(sum) / most)}px`;
      rows[index].style.setProperty("--part", Math.abs(sum) / most);
      rows[index].style.setProperty("--part-color", `var(--${look === "plain" ? "line" : look})`);
      return path;
    });
    this.querySelector(".bus")?.replaceChildren(...paths);
  }

  #look(target) {
    const key = target.closest?.(".term")?.dataset.term;
    emit(this, "look", this.#rows.get(key)?.term ?? null);
  }
}

function write(element, sum) {
  const text = fixed(sum, 2);
  element.textContent = sum > 0 ? `+${text}` : text;
  element.classList.toggle("is-negative", sum < 0);
  element.classList.toggle("is-positive", sum > 0);
}

/** Lays a frame over a map of so many pixels. */
function place(element, window, size) {
  element.hidden = !window || !size;
  if (element.hidden) return;
  const share = (value, whole) => `${(value / whole) * 100}%`;
  Object.assign(element.style, {
    left: share(window.x, size.width),
    top: share(window.y, size.height),
    width: share(window.width, size.width),
    height: share(window.height, size.height),
  });
}

function drawn({ picture, rgba }) {
  return paint(h("canvas", { "aria-hidden": "true" }), picture, rgba);
}

customElements.define("map-terms", MapTerms);
