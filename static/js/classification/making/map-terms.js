// What a map is made of: each input map, its kernel, what that gives, then the bias. Emits `walk` with a term, `pick`
// with its channel, and `more`.

import "../../shared/kernel-swatch.js";
import { emit, h, paint } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";

export class MapTerms extends HTMLElement {
  /**
   * `terms` are {key, channel, title, short, input, kernel, contribution, sum}: drawn maps {picture, rgba}, a matrix,
   * or null where there is none.
   * `tail` are the texts after the last term (bias, formula); `hidden` counts terms that are not shown.
   */
  show({ terms, picked, tail, hidden }) {
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const more =
      hidden > 0
        ? [
            h(
              "button",
              { class: "button more", type: "button", "data-key": "more", onclick: () => emit(this, "more") },
              _("+ %(count)s more", { count: hidden }),
            ),
          ]
        : [];
    const figures = terms.flatMap((term, index) => [
      ...(index > 0 ? [sign("+")] : []),
      this.#term(term, term.channel === picked),
    ]);
    this.replaceChildren(
      ...figures,
      ...more,
      ...tail.map((text) => h("span", { class: "tail figure" }, text)),
      sign("="),
    );
    if (focused) this.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #term(term, isPicked) {
    const { key, channel, title, short, input, kernel, contribution, sum } = term;
    const walk = {
      class: "term-map",
      type: "button",
      "data-key": `walk-${key}`,
      "aria-label": _("Open %(map)s", { map: title }),
      onclick: () => emit(this, "walk", term),
    };
    const parts = [h("button", walk, drawn(input)), h("span", { class: "term-title" }, short)];
    if (kernel) parts.push(this.#pick(channel, title, isPicked, kernel, contribution));
    if (sum !== undefined) parts.push(h("span", { class: "figure term-sum" }, number(sum, 3)));
    return h("div", { class: `term${isPicked ? " is-picked" : ""}` }, parts);
  }

  #pick(channel, title, isPicked, kernel, contribution) {
    const label = {
      type: "button",
      class: "term-pick",
      "data-key": `pick-${channel}`,
      "aria-pressed": String(isPicked),
      title: _("Write out the arithmetic with %(map)s", { map: title }),
    };
    const swatch = document.createElement("kernel-swatch").show(kernel);
    return h(
      "button",
      { ...label, onclick: () => emit(this, "pick", channel) },
      swatch,
      contribution ? drawn(contribution) : null,
    );
  }
}

function drawn(map) {
  return map
    ? paint(h("canvas", { "aria-hidden": "true" }), map.picture, map.rgba)
    : h("span", { class: "blank", "aria-hidden": "true" });
}

function sign(text) {
  return h("span", { class: "sign", "aria-hidden": "true" }, text);
}

customElements.define("map-terms", MapTerms);
