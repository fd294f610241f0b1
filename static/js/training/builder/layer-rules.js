// What a layer does to a shape, as app/core/networks/arithmetic: [channels, height, width] or [units] goes in.
// Every rule that a layer can break throws Unfit, which says why in one sentence.

import { _, fill } from "../../shared/i18n.js";
import { fieldOf, kindOf, sidesOf } from "./layer-kinds.js";

/** A layer that cannot stand where it stands; `path` is its place in the list, [2] or in a block [2, 0]. */
export class Unfit extends Error {
  constructor(message, path = []) {
    super(message);
    this.path = path;
  }
}

const ONE = [1, 1];

/** The two sides of a size that may be one number. */
export function sides(value) {
  return Array.isArray(value) ? value : [value, value];
}

/** The shape that comes out of a layer (blocks: see network-arithmetic). */
export function outputShape(layer, shape) {
  const { takes, rules, slides, gives } = kindOf(layer);
  checkInput(takes, shape);
  const broken = rules.find(({ remainder }) => remainder(layer, shape) !== 0);
  if (broken) throw new Unfit(fill(broken.sentence, wordsOf(layer, shape)));
  if (!slides) return gives ? [gives(layer, shape)] : shape;
  const window = windowOf(layer);
  return [gives ? gives(layer, shape) : shape[0], ...slide(padded(layer, shape, window), window)];
}

function checkInput(takes, shape) {
  if (takes === "maps" && shape.length !== 3)
    throw new Unfit(_("it needs maps, and gets a row of %(count)s values", { count: shape[0] }));
  if (takes === "row" && shape.length !== 1)
    throw new Unfit(
      _("it needs one row of values, and gets maps of %(shape)s: a flatten or a global pooling must come before it", {
        shape: shape.join("×"),
      }),
    );
}

/** What a told sentence may name; the layer's number is filled in where it is known. */
function wordsOf(layer, [channels]) {
  const values = [...kindOf(layer).fields.keys()].map((name) => [name, fieldOf(layer, name)]);
  return { ...Object.fromEntries(values), type: layer.type, channels };
}

/** What a unit looks at: {size, stride, dilation, before} of [height, width]; null where it sees all. */
export function view(layer, shape) {
  const { sees, slides } = kindOf(layer);
  if (sees === "all") return null;
  if (!slides) return { size: ONE, stride: ONE, dilation: ONE, before: [0, 0] };
  const window = windowOf(layer);
  return { ...window, before: margins(layer, shape, window).map(([before]) => before) };
}

/** The window of a layer, its steps, and from its first cell to its last: [height, width] each. */
function windowOf(layer) {
  const { slides } = kindOf(layer);
  const read = (name) => (name === null ? ONE : sides(sidesOf(layer, name)));
  const [size, stride, dilation] = [slides.size, slides.stride, slides.dilation].map(read);
  return { size, stride, dilation, extent: size.map((cells, axis) => (cells - 1) * dilation[axis] + 1) };
}

/** Zeros before and behind, of rows and of columns. */
function margins(layer, shape, { extent, stride }) {
  const { padding: name } = kindOf(layer).slides;
  const padding = name === null ? "valid" : sidesOf(layer, name);
  if (padding === "same") return [0, 1].map((axis) => sameMargins(shape[axis + 1], extent[axis], stride[axis]));
  return (padding === "valid" ? [0, 0] : sides(padding)).map((zeros) => [zeros, zeros]);
}

/** As TensorFlow pads: the fewest zeros for ceil(n / stride) places, the odd one behind. */
function sameMargins(length, size, stride) {
  const total = Math.max((Math.ceil(length / stride) - 1) * stride + size - length, 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

function padded(layer, shape, window) {
  const zeros = margins(layer, shape, window);
  if (kindOf(layer).slides.size !== null && zeros.some(([before], axis) => before >= window.extent[axis]))
    throw new Unfit(_("its padding must be less than its kernel"));
  return zeros.map(([before, behind], axis) => shape[axis + 1] + before + behind);
}

function slide(lengths, { extent, stride }) {
  if (extent.some((side, axis) => side > lengths[axis])) {
    throw new Unfit(
      _("its window of %(window)s does not fit into maps of %(shape)s", {
        window: extent.join("×"),
        shape: lengths.join("×"),
      }),
    );
  }
  return lengths.map((length, axis) => Math.floor((length - extent[axis]) / stride[axis]) + 1);
}
