// Activation maps of a picture, a row of tiles for each layer. Emits `map` with {layer, channel}.

import { emit, h, paint } from "../../shared/dom.js";
import { short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { layerTitle, shapeText } from "../../shared/layers.js";
import { drawSigned } from "../../shared/maps.js";
import { columnsOf, enterAt, rove } from "../../shared/roving.js";

const FEW = 16; // as many are drawn large

export class MapRows extends HTMLElement {
  #built = "";

  connectedCallback() {
    this.addEventListener("keydown", (event) => {
      const tiles = [...(event.target.closest(".tiles")?.children ?? [])];
      if (tiles.length) rove(event, tiles, columnsOf(tiles));
    });
  }

  /** `layers` are {layer, shape, limit, maps}: maps are pictures of signed values, every layer on its own scale. */
  show(layers) {
    const key = JSON.stringify(layers.map(({ layer, shape, maps }) => [layer, shape, maps.length]));
    if (key !== this.#built) this.replaceChildren(...layers.map((layer) => this.#row(layer)));
    this.#built = key;
    layers.forEach((layer, index) => fill(this.children[index], layer));
  }

  #row({ layer, shape, maps }) {
    const title = layerTitle(layer);
    const more = shape[0] - maps.length;
    const hidden = more > 0 ? " · " + _("the first %(count)s", { count: maps.length }) : "";
    const head = h(
      "header",
      {},
      h("h3", {}, title),
      h("span", { class: "fact" }, shapeText(shape) + hidden),
      h("span", { class: "fact range" }),
    );
    return h(
      "section",
      { "aria-label": title },
      head,
      h(
        "div",
        { class: maps.length > FEW ? "tiles are-many" : "tiles" },
        maps.map((_map, channel) => this.#tile(layer, channel, title)),
      ),
    );
  }

  #tile(layer, channel, title) {
    const label = _("%(map)s of %(layer)s", { map: _("map %(number)s", { number: channel + 1 }), layer: title });
    const open = (event) => {
      enterAt([...event.currentTarget.parentNode.children], event.currentTarget);
      emit(this, "map", { layer, channel });
    };
    return h(
      "button",
      { class: "map", type: "button", title: label, "aria-label": label, tabindex: channel ? -1 : 0, onclick: open },
      h("canvas", { "aria-hidden": "true" }),
    );
  }
}

function fill(section, { limit, maps }) {
  const isSigned = maps.some(({ data }) => data.some((value) => value < 0)); // behind a ReLU nothing is
  section.querySelector(".range").textContent = `${isSigned ? `−${short(limit)}` : 0} … ${short(limit)}`;
  section.querySelectorAll("canvas").forEach((canvas, channel) => {
    const { picture, rgba } = drawSigned(maps[channel], limit);
    paint(canvas, picture, rgba);
  });
}

customElements.define("map-rows", MapRows);
