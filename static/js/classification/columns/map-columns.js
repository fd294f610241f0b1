// The network as columns of maps in two bands, what extracts and what classifies, with edges to what a map is made of.
// A column may unfold into those of its parts, or show all its maps as a wall; between two columns a map unfolds.
// Emits `open` and `trace` with {layer, channel}, `column` with the one pointed at, `unfold` and `fold` with a node's
// name, `whole` with a layer's or null, `close`.

import { emit, h, paint, s } from "../../shared/dom.js";
import { fixed, number, short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { columnsOf } from "../../shared/roving.js";
import { tint } from "../../shared/sign.js";

const NEXT = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
const [SMALLEST, LARGEST, GAP] = [6, 64, 10]; // of a tile and beside it, in pixels
const [RAIL, NAMED] = [48, 40]; // of a tile to swipe; of one that has room for its column's name above
const [BANDS, HEADS] = [20, 112]; // between the bands; above and below the tiles
const [MAKING, WALL, GROUP] = [588, 420, 32]; // as wide as the stylesheet says

export class MapColumns extends HTMLElement {
  #pointed = null;
  #built = "";
  #columns = [];
  #edges = s("svg", { class: "edges", "aria-hidden": "true" });
  #bands = { extractor: null, classifier: null };
  #making = null;
  #answer = null;

  connectedCallback() {
    if (this.#making) return;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.dataset.label);
    for (const side of Object.keys(this.#bands)) this.#bands[side] = this.querySelector(`.band.is-${side} > .columns`);
    [this.#making, this.#answer] = [this.querySelector(".making"), this.querySelector("answer-rows")];
    this.append(this.#edges);
    this.addEventListener("keydown", (event) => this.#key(event));
    for (const type of ["pointerover", "focusin"]) this.addEventListener(type, ({ target }) => this.#trace(target));
    this.addEventListener("pointerleave", () => this.#trace(document.activeElement));
    this.addEventListener("focusout", () => this.#trace(null));
    new ResizeObserver(() => this.#fit()).observe(this);
  }

  /**
   * `extractor` and `classifier` are columns {name, layer, layers, title, more, numeral, canUnfold, isWhole, probe,
   * shown: [{channel, title, map, other | values, limit}], hidden}, or what is unfolded: {name, title, columns}. Maps
   * are {picture, rgba}; of two pictures both maps or values come.
   */
  show({ extractor, classifier }, chosen) {
    const all = [...extractor, ...classifier];
    this.#columns = all.flatMap(flat);
    const key = JSON.stringify([extractor, classifier].map((side) => side.map(keyOf)));
    if (key !== this.#built) this.#build({ extractor, classifier });
    this.#built = key;
    for (const column of this.#columns) this.#fill(column);
    this.choose(chosen);
  }

  /** Builds the columns anew; the focus stays on what it was on: a map, or the head of a node. */
  #build(sides) {
    const { node, layer, channel } = this.contains(document.activeElement) ? document.activeElement.dataset : {};
    for (const [side, band] of Object.entries(this.#bands)) {
      for (const old of band.querySelectorAll(":scope > :is(.column, .group)")) old.remove();
      band.prepend(...sides[side].map((part) => this.#part(part)));
    }
    const target = channel
      ? this.#find({ layer, channel })
      : node && this.querySelector(`button[data-node="${CSS.escape(node)}"]`);
    target?.focus({ preventScroll: true });
  }

  /** Says which node's columns are awaited. */
  wait(name) {
    for (const head of this.querySelectorAll("button.unfold"))
      head.setAttribute("aria-busy", String(head.dataset.node === name));
  }

  /**
   * Outlines the open map, where the keyboard enters; what it is made of stands between its column, which folds with
   * those before it, and the next one.
   */
  choose({ layer, channel }) {
    const column = this.#columns.find(({ layers }) => layers.includes(layer));
    const isOpen = layer !== null;
    for (const tile of this.#tiles()) {
      const isColumn = tile.dataset.layer === layer || tile.dataset.layer === column?.layer;
      const isChosen = isOpen && isColumn && Number(tile.dataset.channel) === channel;
      tile.setAttribute("aria-pressed", String(isChosen));
      tile.tabIndex = isChosen ? 0 : -1;
    }
    this.#place(isOpen, column ? this.#section(column) : null);
    const seen = this.#seen();
    if (!seen.some(({ tabIndex }) => tabIndex === 0) && seen[0]) seen[0].tabIndex = 0;
  }

  /** Lets the columns before the open one fold, and those after it shrink. */
  #place(isOpen, section) {
    this.classList.toggle("is-open", isOpen);
    const sections = [...this.querySelectorAll(".column")];
    const at = !isOpen ? -1 : section ? sections.indexOf(section) : sections.length - 1;
    sections.forEach((other, index) => other.classList.toggle("is-before", index <= at));
    for (const group of this.querySelectorAll(".group"))
      group.classList.toggle("is-before", !group.querySelector(".column:not(.is-before)"));
    const isInClassifier = isOpen && (!section || this.#bands.classifier.contains(section));
    const band = this.#bands[isInClassifier ? "classifier" : "extractor"];
    const before = section ? (section.closest(".columns > .group") ?? section) : null;
    if (isOpen && this.#making.parentElement !== band) band.append(this.#making);
    if (isOpen) this.#moveMaking(band, before);
    this.#bands.extractor.parentElement.classList.toggle("is-before", isInClassifier);
    this.#fit();
  }

  /** By order alone: an element that is put elsewhere would lose focus and movement. */
  #moveMaking(band, before) {
    const parts = [...band.querySelectorAll(":scope > :is(.column, .group)")];
    const isPartly = before?.classList.contains("group") && !before.classList.contains("is-before");
    const at = before ? parts.indexOf(before) - (isPartly ? 1 : 0) : parts.length - 1;
    parts.forEach((part, index) => (part.style.order = index <= at ? 0 : 2));
    this.#making.style.order = 1;
    this.#answer.style.order = 3;
  }

  /** Tiles as large as all columns leave room for. */
  #fit() {
    const isOpen = this.classList.contains("is-open");
    const shown = this.#columns.filter((column) => !this.#section(column)?.classList.contains("is-before"));
    const rows = Math.max(1, ...shown.filter(({ isWhole }) => !isWhole).map((column) => column.shown.length));
    const groups = GROUP * this.querySelectorAll(".group:not(.is-before)").length;
    const walls = WALL * shown.filter(({ isWhole }) => isWhole).length;
    const taken = this.#answer.offsetWidth + BANDS + groups + walls + (isOpen ? MAKING : 0);
    const wide = (this.clientWidth - taken) / Math.max(1, shown.length);
    const across = wide - Math.min(isOpen ? GAP / 2 : GAP, wide / 4);
    const tall = (this.clientHeight - HEADS) / rows;
    const down = tall - Math.min(GAP / 2, tall / 6);
    const largest = isOpen ? LARGEST / 2 + GAP / 2 : LARGEST;
    const { flexDirection, overflowX } = getComputedStyle(this);
    const isRail = flexDirection === "column" || overflowX === "auto"; // on a phone: it is swiped
    const tile = isRail ? RAIL : Math.floor(Math.max(SMALLEST, Math.min(largest, across, down)));
    this.style.setProperty("--tile", `${tile}px`);
    this.classList.toggle("is-small", tile < NAMED);
  }

  /**
   * Edges to `target` from `sources` [{layer, channel, strength}]: strength from -1 to 1, or null where there is no
   * weight.
   * What comes when one points elsewhere already is not drawn. Gives whether any is.
   */
  draw(target, sources) {
    if (target && this.#find(target) !== this.#pointed) return false;
    for (const tile of this.querySelectorAll(".feeds")) tile.classList.remove("feeds");
    const end = target && this.#find(target);
    const paths = end ? sources.flatMap((source) => this.#edge(source, end)) : [];
    this.#edges.replaceChildren(...paths);
    return paths.length > 0;
  }

  /** The map that one points at, {layer, channel}. */
  get pointed() {
    return this.#pointed && placeOf(this.#pointed);
  }

  #part(part) {
    return part.columns ? this.#group(part) : this.#column(part);
  }

  #group({ name, title, columns }) {
    const label = _("Fold %(part)s", { part: title });
    const head = { class: "refold", type: "button", "data-node": name, "aria-expanded": "true", "aria-label": label };
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

  #column(column) {
    const { name, layer, title, more, numeral, canUnfold, isWhole, hidden, shown } = column;
    const label = [h("span", { class: "name" }, title), numeral ? h("span", { class: "numeral" }, numeral) : null];
    const rest = h("button", {
      class: "more",
      type: "button",
      tabindex: hidden > 0 || isWhole ? 0 : -1,
      "data-node": `${name} more`,
      onclick: () => emit(this, "whole", isWhole ? null : layer),
    });
    const look = `column${isWhole ? " is-whole" : canUnfold ? " is-part" : ""}`;
    return h(
      "section",
      { class: look, "data-layer": layer, "data-name": name, "aria-label": title },
      h("h3", {}, canUnfold ? this.#unfold(name, title, label) : label, h("small", {}, more)),
      h("p", { class: "column-probe" }),
      h(
        "div",
        isWhole ? { class: "tiles", tabindex: 0, role: "group", "aria-label": title } : { class: "tiles" },
        shown.map(({ channel }) => this.#tile(column, channel)),
      ),
      rest,
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

  /** Opens the first of what its column stands for: the sum; a click on the open one folds it. */
  #tile({ layer, layers }, channel) {
    const open = ({ currentTarget }) =>
      currentTarget.getAttribute("aria-pressed") === "true"
        ? emit(this, "close")
        : emit(this, "open", { layer: layers[0], channel });
    return h("button", {
      class: "map",
      type: "button",
      "data-layer": layer,
      "data-layers": layers.join(" "),
      "data-channel": channel,
      tabindex: -1,
      onclick: open,
    });
  }

  #fill(column) {
    const { title, probe, shown, hidden, isWhole } = column;
    const section = this.#section(column);
    fillProbe(section.querySelector(".column-probe"), probe);
    const more = isWhole ? _("fewer") : _("%(count)s more", { count: number(hidden) });
    Object.assign(section.querySelector(".more"), { textContent: more, hidden: hidden === 0 && !isWhole });
    if (isWhole)
      section.style.setProperty("--wall", `${Math.min(92, Math.floor(WALL / Math.sqrt(shown.length)) - 6)}px`);
    shown.forEach((entry, index) => fillTile(section.querySelectorAll(".map")[index], entry, title));
  }

  #edge({ layer, channel, strength }, end) {
    const start = this.#find({ layer, channel });
    if (!start || start === end) return [];
    start.classList.add("feeds");
    const frame = this.getBoundingClientRect();
    const [from, to] = [start.getBoundingClientRect(), end.getBoundingClientRect()];
    const [x1, y1, x2, y2] = [
      from.right - frame.left,
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
    ];
  }

  #trace(target) {
    const tile = target?.closest?.(".map");
    const section = target?.closest?.(".column");
    emit(this, "column", this.#columns.find(({ name }) => name === section?.dataset.name) ?? null);
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
    const columns = [...this.querySelectorAll(".column:not(.is-before)")].map((column) => [
      ...column.querySelectorAll(".map"),
    ]);
    const next = neighbor(
      [...columns, ...this.#answer.columns].filter(({ length }) => length),
      tile,
      move,
    );
    for (const other of this.#tiles()) other.tabIndex = other === next ? 0 : -1;
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #tiles() {
    return this.querySelectorAll(".map");
  }

  #seen() {
    return [...this.#tiles()].filter((tile) => !tile.closest(".is-before"));
  }

  #section({ name }) {
    return this.querySelector(`.column[data-name="${CSS.escape(name)}"]`);
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

/** What makes a part look as it does, but for its pictures. */
function keyOf({ name, columns, layers, isWhole, hidden, shown }) {
  return columns
    ? [name, columns.map(keyOf)]
    : [name, layers, isWhole, hidden, shown.map(({ channel, other }) => [channel, Boolean(other)])];
}

function placeOf({ dataset }) {
  return { layer: dataset.layer, channel: Number(dataset.channel) };
}

function fillTile(tile, { title, map, other, values = [], limit }, layer) {
  const said = values.map((value) => short(value, 3)).join(", ");
  tile.setAttribute("aria-label", _("%(map)s of %(layer)s", { map: title, layer }) + (said && `: ${said}`));
  tile.classList.toggle("is-pair", Boolean(other) || values.length > 1);
  if (map) return fillMaps(tile, other ? [map, other] : [map]);
  tile.classList.add("is-unit");
  return tile.replaceChildren(
    ...values.map((value) => tint(h("span", { class: "unit-cell figure" }, fixed(value, 1)), value, limit)),
  );
}

/** A bar as long as the probe is right. */
function fillProbe(element, probe) {
  if (!probe) return element.replaceChildren();
  const bar = h("span", { class: "probe-bar", "aria-hidden": "true" });
  bar.style.setProperty("--share", probe.share);
  element.title = probe.sentence;
  return element.replaceChildren(bar, h("span", { class: "visually-hidden" }, probe.sentence));
}

function fillMaps(tile, maps) {
  while (tile.children.length < maps.length) tile.append(h("canvas", { "aria-hidden": "true" }));
  maps.forEach(({ picture, rgba }, index) => paint(tile.children[index], picture, rgba));
}

customElements.define("map-columns", MapColumns);
