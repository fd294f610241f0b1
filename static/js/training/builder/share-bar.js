// Where a network's parameters are: one bar, a part for each layer that has some.

import { h } from "../../shared/dom.js";
import { number, percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { layerTitle } from "../../shared/layers.js";

export class ShareBar extends HTMLElement {
  /** `rows` are a report's layers. */
  show(rows) {
    const learned = rows.filter(({ parameters }) => parameters > 0);
    const total = learned.reduce((sum, { parameters }) => sum + parameters, 0);
    const parts = learned.map(({ name, parameters }) =>
      part(`${layerTitle(name)}: ${number(parameters)} (${percent(parameters / total)})`, parameters / total),
    );
    const most = learned.reduce((best, row) => (row.parameters > (best?.parameters ?? 0) ? row : best), null);
    const sentence =
      most && learned.length > 1
        ? _("%(share)s of the parameters are in %(layer)s.", {
            share: percent(most.parameters / total),
            layer: layerTitle(most.name),
          })
        : "";
    this.replaceChildren(
      h("div", { class: "shares", "aria-hidden": "true" }, parts),
      h("p", { class: "small soft" }, sentence),
    );
  }
}

function part(title, share) {
  const element = h("span", { title });
  element.style.setProperty("--share", share);
  return element;
}

customElements.define("share-bar", ShareBar);
