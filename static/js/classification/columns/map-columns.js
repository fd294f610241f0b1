// The network as columns of maps, from the picture to the classes, with edges to what a map is made of. A column may
// unfold into those of its parts, or show all its maps as a wall.
// Emits `open` and `trace` with {layer, channel}, `unfold` and `fold` with a node's name, `whole` with a layer's or
// null.

import { emit, h, paint, s } from "../../shared/dom.js";
import { fixed, number, short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { columnsOf } from "../../shared/roving.js";
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
   * `columns` are {name, layer, title, numeral, canUnfold, isWhole, fact, range: [low, high], probe, shown: [{channel,
   * title, map, other | values, limit, text, written}], hidden}, or what is unfolded: {name, title, columns}. Maps are
   * {picture, rgba}; of two pictures both maps or values come.
   */
  show(columns, chosen) {
    const key = JSON.stringify(columns.map(keyOf));
    if (key !== this.#built) this.#build(columns);
    this.#built = key;
    for (const column of columns.flatMap(flat)) this.#fill(column);
    this.choose(chosen);
  }

  /** Builds the columns anew; the focus stays on what it was on: a map, or the head of a node. */
  #build(columns) {
    const { node, layer, channel } = this.contains(document.activeElement) ? document.activeElement.dataset : {};
    this.#columns.replaceChildren(this.#edges, ...columns.map((column) => this.#part(column)));
    this.#columns.style.setProperty("--depth", Math.max(...columns.map(depthOf)));
    this.#columns.classList.toggle(
      "is-unfolded",
      columns.some((column) => column.columns || column.isWhole),
    );
    const target = channel
      ? this.#find({ layer, channel })
      : node && this.querySelector(`button[data-node="${CSS.escape(node)}"]`);
    target?.focus({ preventScroll: true });
    target?.closest(".fold")?.scrollIntoView({ block: "nearest", inline: "start" });
  }

  /** Says which node's columns are awaited. */
  wait(name) {
    for (const head of this.querySelectorAll("button.unfold"))
      head.setAttribute("aria-busy", String(head.dataset.node === name));
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

  #part(part) {
    return part.columns ? this.#group(part) : this.#column(part);
  }

  #group({ name, title, columns }) {
    const label = _("Fold %(part)s", { part: title });
    const head = { class: "fold", type: "button", "data-node": name, "aria-expanded": "true", "aria-label": label };
    return h(
      "section",
      { class: "group", "aria-label": title },
      h(
        "h3",
        {},
        h("button", { ...head, onclick: () => emit(this, "fold", name) }, title, h("span", { class: "sign" }, "×")),
      ),
      h(
        "div",
        { class: "inside" },
        columns.map((part) => this.#part(part)),
      ),
    );
  }

  #column({ name, layer, title, numeral, canUnfold, isWhole, hidden, shown }) {
    const label = [h("span", { class: "name" }, title), numeral ? h("span", { class: "numeral" }, numeral) : null];
    const more = h("button", {
      class: "more",
      type: "button",
      tabindex: hidden > 0 || isWhole ? 0 : -1,
      "data-node": `${name} more`,
      onclick: () => emit(this, "whole", isWhole ? null : layer),
    });
    return h(
      "section",
      {
        class: `column${isWhole ? " is-whole" : canUnfold ? " is-part" : ""}`,
        "data-layer": layer,
        "aria-label": title,
      },
      h("h3", {}, canUnfold ? this.#unfold(name, title, label) : label),
      h("p", { class: "figure column-fact" }),
      h("p", { class: "figure column-range" }),
      h("p", { class: "column-probe" }),
      h(
        "div",
        isWhole ? { class: "tiles", tabindex: 0, role: "group", "aria-label": title } : { class: "tiles" },
        shown.map(({ channel }) => this.#tile(layer, channel)),
      ),
      more,
    );
  }

  #unfold(name, title, label) {
    const spoken = _("Unfold %(part)s", { part: title });
    const look = { class: "unfold", type: "button", "data-node": name, "aria-expanded": "false", "aria-label": spoken };
    return h(
      "button",
      { ...look, onclick: () => emit(this, "unfold", name) },
      label,
      h("span", { class: "sign", "aria-hidden": "true" }, "+"),
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

  #fill({ layer, title, fact, range, probe, shown, hidden, isWhole }) {
    const column = this.querySelector(`.column[data-layer="${CSS.escape(layer)}"]`);
    column.querySelector(".column-fact").textContent = fact;
    column
      .querySelector(".column-range")
      .replaceChildren(...range.map((end) => h("span", {}, fixed(end, Math.abs(end) < 1 ? 2 : 1))));
    column.querySelector(".column-range").title = _("values from %(low)s to %(high)s", {
      low: short(range[0]),
      high: short(range[1]),
    });
    fillProbe(column.querySelector(".column-probe"), probe);
    const more = isWhole ? _("fewer") : _("+ %(count)s more", { count: number(hidden) });
    Object.assign(column.querySelector(".more"), { textContent: more, hidden: hidden === 0 && !isWhole });
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
    const next = neighbor(columns, tile, move);
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

/** The tile beside one, in `columns` of tiles, each laid out in rows of one tile or, as a wall, of more. */
function neighbor(columns, tile, [across, down]) {
  const at = columns.findIndex((tiles) => tiles.includes(tile));
  const [tiles, wide] = [columns[at], columnsOf(columns[at])];
  const [row, place] = [Math.floor(tiles.indexOf(tile) / wide), tiles.indexOf(tile) % wide];
  const isInside = place + across >= 0 && place + across < wide && tiles[row * wide + place + across];
  if (across === 0 || isInside)
    return tiles[row * wide + place + across + down * wide] ?? (down > 0 ? tiles.at(-1) : tile);
  const next = columns[Math.max(0, Math.min(columns.length - 1, at + across))];
  const nextWide = columnsOf(next);
  return next[Math.min(next.length - 1, row * nextWide + (across < 0 ? nextWide - 1 : 0))];
}

function flat(part) {
  return part.columns ? part.columns.flatMap(flat) : [part];
}

function depthOf({ columns }) {
  return columns ? 1 + Math.max(...columns.map(depthOf)) : 0;
}

/** What makes a part look as it does, but for its pictures. */
function keyOf({ name, columns, isWhole, hidden, shown }) {
  return columns
    ? [name, columns.map(keyOf)]
    : [name, isWhole, hidden, shown.map(({ channel, other }) => [channel, Boolean(other)])];
}

function placeOf({ dataset }) {
  return { layer: dataset.layer, channel: Number(dataset.channel) };
}

function fillTile(tile, { title, map, other, values = [], limit, text, written }, layer) {
  const write = written ?? ((value) => fixed(value, 2));
  const said = values.map((value) => (written ?? ((one) => short(one, 3)))(value)).join(", ");
  tile.setAttribute("aria-label", _("%(map)s of %(layer)s", { map: title, layer }) + (said && `: ${said}`));
  tile.classList.toggle("is-pair", Boolean(other) || values.length > 1);
  if (map) return fillMaps(tile, other ? [map, other] : [map]);
  tile.classList.add("is-unit");
  const cells = values.map((value) => tint(h("span", { class: "unit-cell figure" }, write(value)), value, limit));
  const name = text ? [h("span", { class: "unit-name" }, text)] : [];
  return tile.replaceChildren(...cells, ...name);
}

/** A bar as long as the probe is right, and what it answers here. */
function fillProbe(element, probe) {
  if (!probe) return element.replaceChildren();
  const { label, sure, share, sentence } = probe;
  const bar = h("span", { class: "probe-bar", "aria-hidden": "true" });
  bar.style.setProperty("--share", share);
  const word = h("span", { class: "probe-word", "aria-hidden": "true" }, label, " ", h("b", {}, sure));
  element.title = sentence;
  return element.replaceChildren(bar, word, h("span", { class: "visually-hidden" }, sentence));
}

function fillMaps(tile, maps) {
  while (tile.children.length < maps.length) tile.append(h("canvas", { "aria-hidden": "true" }));
  maps.forEach(({ picture, rgba }, index) => paint(tile.children[index], picture, rgba));
}

customElements.define("map-columns", MapColumns);
