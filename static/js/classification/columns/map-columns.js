// The network as columns of maps, from the picture to the classes, with edges to what a map is made of.
// Emits `open` and `trace` with {layer, channel}, and `more` with a layer's name.

import { emit, h, paint, s } from "../../shared/dom.js";
import { fixed, short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { tint } from "../../shared/sign.js";

const NEXT = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };

export class MapColumns extends HTMLElement {
  #pointed = null;
  #built = "";
  #edges = s("svg", { class: "edges", "aria-hidden": "true" });
  #columns = h("div", { class: "columns" });

  connectedCallback() {
    if (this.firstChild) return;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.dataset.label);
    this.append(this.#columns);
    this.addEventListener("keydown", (event) => this.#key(event));
    for (const type of ["pointerover", "focusin"]) this.addEventListener(type, ({ target }) => this.#trace(target));
    this.addEventListener("pointerleave", () => this.#trace(document.activeElement));
    this.addEventListener("focusout", () => this.#trace(null));
  }

  /**
   * `columns` are {name, title, fact, range: [low, high], shown: [{channel, title, map | value, limit, text, shown}],
   * hidden}; maps are {picture, rgba}.
   */
  show(columns, chosen) {
    const key = JSON.stringify(
      columns.map(({ name, shown, hidden }) => [name, hidden, shown.map(({ channel }) => channel)]),
    );
    if (key !== this.#built)
      this.#columns.replaceChildren(this.#edges, ...columns.map((column) => this.#column(column)));
    this.#built = key;
    for (const column of columns) this.#fill(column);
    this.choose(chosen);
  }

  /** Outlines the open map; it is where the keyboard enters. */
  choose(chosen) {
    for (const tile of this.#tiles()) {
      const isChosen =
        chosen !== null && tile.dataset.layer === chosen.layer && Number(tile.dataset.channel) === chosen.channel;
      tile.setAttribute("aria-pressed", String(isChosen));
      tile.tabIndex = isChosen ? 0 : -1;
    }
    if (!this.querySelector(".map[tabindex='0']") && this.#tiles()[0]) this.#tiles()[0].tabIndex = 0;
  }

  /**
   * Edges to `target` from `sources` [{layer, channel, strength}]: strength from -1 to 1, or null where there is no
   * weight.
   * What comes when one points elsewhere already is not drawn.
   */
  draw(target, sources) {
    if (target && this.#find(target) !== this.#pointed) return;
    for (const tile of this.querySelectorAll(".feeds")) tile.classList.remove("feeds");
    const end = target && this.#find(target);
    const paths = end ? sources.flatMap((source) => this.#edge(source, end)) : [];
    this.#edges.replaceChildren(...paths);
  }

  #column({ name, title, hidden, shown }) {
    const more = h("button", {
      class: "more",
      type: "button",
      tabindex: hidden > 0 ? 0 : -1,
      onclick: () => emit(this, "more", name),
    });
    return h(
      "section",
      { class: "column", "data-layer": name, "aria-label": title },
      h("h3", {}, title),
      h("p", { class: "figure column-fact" }),
      h("p", { class: "figure column-range" }),
      h(
        "div",
        { class: "tiles" },
        shown.map(({ channel }) => this.#tile(name, channel)),
      ),
      more,
    );
  }

  #tile(layer, channel) {
    return h("button", {
      class: "map",
      type: "button",
      "data-layer": layer,
      "data-channel": channel,
      tabindex: -1,
      onclick: () => emit(this, "open", { layer, channel }),
    });
  }

  #fill({ name, title, fact, range, shown, hidden }) {
    const column = this.querySelector(`.column[data-layer="${CSS.escape(name)}"]`);
    column.querySelector(".column-fact").textContent = fact;
    column
      .querySelector(".column-range")
      .replaceChildren(...range.map((end) => h("span", {}, fixed(end, Math.abs(end) < 1 ? 2 : 1))));
    column.querySelector(".column-range").title = _("values from %(low)s to %(high)s", {
      low: short(range[0]),
      high: short(range[1]),
    });
    column.querySelector(".more").textContent = hidden > 0 ? _("+ %(count)s more", { count: hidden }) : "";
    column.querySelector(".more").hidden = hidden === 0;
    shown.forEach((entry, index) => fillTile(column.querySelectorAll(".map")[index], entry, title));
  }

  #edge({ layer, channel, strength }, end) {
    const start = this.#find({ layer, channel });
    if (!start || start === end) return [];
    start.classList.add("feeds");
    const frame = this.#columns.getBoundingClientRect();
    const [from, to] = [start.getBoundingClientRect(), end.getBoundingClientRect()];
    const [x1, y1, x2, y2] = [
      (from.left + from.right) / 2 - frame.left,
      (from.top + from.bottom) / 2 - frame.top,
      to.left - frame.left,
      (to.top + to.bottom) / 2 - frame.top,
    ];
    const bend = x1 + (x2 - x1) * 0.6;
    const width = strength === null ? 1.5 : 0.6 + 3.4 * Math.abs(strength);
    const look = strength === null ? "plain" : strength < 0 ? "negative" : "positive";
    const d = `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`;
    return [
      s("path", { d, class: "halo", "stroke-width": width + 2.5 }),
      s("path", { d, class: look, "stroke-width": width }),
      s("circle", { cx: x1, cy: y1, r: 2 + width, class: look }),
    ];
  }

  #trace(target) {
    const tile = target?.closest?.(".map");
    this.#pointed = tile && this.contains(tile) ? tile : null;
    if (!this.#pointed) return this.draw(null, []);
    return emit(this, "trace", placeOf(tile));
  }

  /** Arrow keys go from map to map; a column without that row gives its last one. */
  #key(event) {
    const tile = event.target.closest(".map");
    const move = NEXT[event.key];
    if (!tile || !move) return;
    event.preventDefault();
    const columns = [...this.querySelectorAll(".column")].map((column) => [...column.querySelectorAll(".map")]);
    const at = columns.findIndex((tiles) => tiles.includes(tile));
    const column = columns[Math.max(0, Math.min(columns.length - 1, at + move[0]))];
    const row = columns[at].indexOf(tile) + move[1];
    const next = column[Math.max(0, Math.min(column.length - 1, row))];
    for (const other of this.#tiles()) other.tabIndex = other === next ? 0 : -1;
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #tiles() {
    return this.querySelectorAll(".map");
  }

  #find({ layer, channel }) {
    return this.querySelector(`.map[data-layer="${CSS.escape(layer)}"][data-channel="${channel}"]`);
  }
}

function placeOf({ dataset }) {
  return { layer: dataset.layer, channel: Number(dataset.channel) };
}

function fillTile(tile, { title, map, value, limit, text, shown = null }, layer) {
  tile.setAttribute(
    "aria-label",
    _("%(map)s of %(layer)s", { map: title, layer }) + (value === undefined ? "" : `: ${short(value, 3)}`),
  );
  if (map) {
    const canvas = tile.firstChild ?? tile.appendChild(h("canvas", { "aria-hidden": "true" }));
    paint(canvas, map.picture, map.rgba);
    return;
  }
  tile.classList.add("is-unit");
  const parts = [
    tint(h("span", { class: "unit-cell figure" }, shown ?? fixed(value, 2)), value, limit),
    text ? h("span", { class: "unit-name" }, text) : null,
  ];
  tile.replaceChildren(...parts.filter(Boolean));
}

customElements.define("map-columns", MapColumns);
