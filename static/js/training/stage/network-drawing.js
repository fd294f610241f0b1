// A network as a drawing to scale: a block is as high as its maps and as wide as they are many; the extractor in one
// color, pools pale, the classifier in another.

import { s } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { roleOf } from "../builder/layer-kinds.js";

const [WIDTH, HEIGHT] = [330, 82];
const TOP = 62; // of the highest map
const GAP = 6;
const [THINNEST, LOWEST] = [4, 4];
const DENSE = 10; // how wide a dense layer is
const BETWEEN = 16; // extractor and classifier
const CHARACTER = 7.4; // how wide one of a label is, at most

export class NetworkDrawing extends HTMLElement {
  #drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  #shown = "";

  connectedCallback() {
    if (!this.firstChild) this.append(this.#drawing);
  }

  /** `layers` as the report of a network tells them, `input` its channels, height and width. */
  show(input, layers) {
    const key = JSON.stringify([input, layers.map(({ layer, shape }) => [layer.type, shape])]);
    if (key === this.#shown) return;
    this.#shown = key;
    const maps = [{ kind: "input", shape: input }, ...layers.filter(isSeen).map(toBlock)];
    const dense = layers.filter(({ shape, parameters }) => shape.length === 1 && parameters > 0);
    const places = layOut(maps, dense, input);
    this.#drawing.replaceChildren(...places.map(block), ...labels(places));
  }
}

/** Layers that change how many maps there are, or how large: what only bends values is not drawn. */
function isSeen({ layer, before, shape, parameters }) {
  const changes = parameters > 0 || before.join() !== shape.join();
  return shape.length === 3 && changes && roleOf(layer) !== "normalize";
}

function toBlock({ shape, parameters }) {
  return { kind: parameters > 0 ? "kernels" : "pool", shape };
}

/** [{kind, x, y, width, height}]: as wide as fits. */
function layOut(maps, dense, [, rows]) {
  const channels = maps.reduce((sum, { shape }) => sum + shape[0], 0);
  const room = WIDTH - GAP * (maps.length - 1) - (dense.length ? BETWEEN + dense.length * (DENSE + GAP) : 0);
  const each = Math.min(0.9, Math.max(0, room - maps.length * THINNEST) / channels);
  const tall = Math.max(rows, 1);
  const most = Math.max(1, ...dense.map(({ shape: [units] }) => Math.log2(units + 1)));
  let x = 0;
  const put = (kind, width, height) => {
    const place = { kind, x, y: (TOP - height) / 2, width, height };
    x += width + GAP;
    return place;
  };
  const blocks = maps.map(({ kind, shape: [count, height] }) =>
    put(kind, THINNEST + each * count, Math.max(LOWEST, (TOP * height) / tall)),
  );
  if (dense.length) x += BETWEEN - GAP;
  const decisions = dense.map(({ shape: [units] }) => put("unit", DENSE, (TOP * Math.log2(units + 1)) / most));
  return [...blocks, ...decisions];
}

function block({ kind, x, y, width, height }) {
  return s("rect", { class: kind, x, y, width, height, rx: 2 });
}

function labels(places) {
  const named = [
    [_("extractor"), places.filter(({ kind }) => kind !== "unit" && kind !== "input"), "extractor"],
    [_("classifier"), places.filter(({ kind }) => kind === "unit"), "classifier"],
  ];
  let free = 0; // to the left of it stands another label
  return named
    .filter(([, blocks]) => blocks.length)
    .map(([text, blocks, name]) => {
      const [first, last] = [blocks[0], blocks.at(-1)];
      const wide = text.length * CHARACTER;
      const x = Math.max((first.x + last.x + last.width) / 2, free + wide / 2);
      free = x + wide / 2 + GAP;
      return s("text", { class: name, x, y: HEIGHT - 3, "text-anchor": "middle" }, text);
    });
}

customElements.define("network-drawing", NetworkDrawing);
