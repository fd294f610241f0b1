// What a layer does to a shape and what it costs, as app/core/networks/layers: [channels, height, width] or [units]
// goes in.
// Every rule that a layer can break throws Unfit, which says why in one sentence.

import { _ } from "../../shared/i18n.js";

/** A layer that cannot stand where it stands; `path` is its place in the list, [2] or in a block [2, 0]. */
export class Unfit extends Error {
  constructor(message, path = []) {
    super(message);
    this.path = path;
  }
}

const MAPS = new Set([
  "conv2d",
  "max_pooling2d",
  "average_pooling2d",
  "global_average_pooling2d",
  "global_max_pooling2d",
  "residual",
]);
const SEES_ALL = new Set(["global_average_pooling2d", "global_max_pooling2d", "dense"]);

/** The two sides of a size that may be one number. */
export function sides(value) {
  return Array.isArray(value) ? value : [value, value];
}

export function product(numbers) {
  return numbers.reduce((total, number) => total * number, 1);
}

/** The shape that comes out of a layer (blocks: see network-arithmetic). */
export function outputShape(layer, shape) {
  if (MAPS.has(layer.type) && shape.length !== 3)
    throw new Unfit(_("it needs maps, and gets a row of %(count)s values", { count: shape[0] }));
  if (layer.type === "conv2d") return [layer.filters, ...slide(padded(layer, shape), ...windowOf(layer))];
  if (isPooling(layer)) return [shape[0], ...slide(shape, ...windowOf(layer))];
  if (SEES_ALL.has(layer.type) && layer.type !== "dense") return [shape[0]];
  if (layer.type === "flatten") return [product(shape)];
  if (layer.type === "dense") return denseShape(layer, shape);
  return shape;
}

/** Numbers that are learned. */
export function parametersOf(layer, shape) {
  const bias = layer.use_bias === false ? 0 : 1;
  if (layer.type === "conv2d") return layer.filters * (shape[0] * product(windowOf(layer)[0]) + bias);
  if (layer.type === "dense") return layer.units * (shape[0] + bias);
  return layer.type === "batch_normalization" ? 2 * shape[0] : 0;
}

/** Moving means and variances, which are measured and not learned. */
export function statisticsOf(layer, shape) {
  return layer.type === "batch_normalization" ? 2 * shape[0] : 0;
}

/** Products of a weight and a value, for one picture. */
export function multiplyAddsOf(layer, shape, after) {
  if (layer.type === "conv2d") return after[1] * after[2] * layer.filters * shape[0] * product(windowOf(layer)[0]);
  return layer.type === "dense" ? layer.units * shape[0] : 0;
}

/** What a unit looks at: {size, stride, before} of [height, width]; null where it sees all. */
export function view(layer, shape) {
  if (SEES_ALL.has(layer.type)) return null;
  if (layer.type !== "conv2d" && !isPooling(layer)) return { size: [1, 1], stride: [1, 1], before: [0, 0] };
  const [size, stride] = windowOf(layer);
  return { size, stride, before: layer.type === "conv2d" ? margins(layer, shape).map(([before]) => before) : [0, 0] };
}

function denseShape(layer, shape) {
  if (shape.length === 1) return [layer.units];
  throw new Unfit(
    _("it needs one row of values, and gets maps of %(shape)s: a flatten or a global pooling must come before it", {
      shape: shape.join("×"),
    }),
  );
}

export function isPooling({ type }) {
  return type === "max_pooling2d" || type === "average_pooling2d";
}

/** The window of a convolution or pooling and its steps, [height, width] each. */
export function windowOf(layer) {
  if (layer.type === "conv2d") return [sides(layer.kernel_size ?? 3), sides(layer.stride ?? 1)];
  const size = sides(layer.pool_size ?? 2);
  return [size, sides(layer.stride ?? size)];
}

/** Zeros before and behind, of rows and of columns. */
function margins(layer, shape) {
  const [size, stride] = windowOf(layer);
  const padding = layer.padding ?? "valid";
  if (padding === "same") return [0, 1].map((axis) => sameMargins(shape[axis + 1], size[axis], stride[axis]));
  return (padding === "valid" ? [0, 0] : sides(padding)).map((zeros) => [zeros, zeros]);
}

/** As TensorFlow pads: the fewest zeros for ceil(n / stride) places, the odd one behind. */
function sameMargins(length, size, stride) {
  const total = Math.max((Math.ceil(length / stride) - 1) * stride + size - length, 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

function padded(layer, shape) {
  const zeros = margins(layer, shape);
  const [size] = windowOf(layer);
  if (zeros.some(([before], axis) => before >= size[axis]))
    throw new Unfit(_("its padding must be less than its kernel"));
  return [shape[0], ...zeros.map(([before, behind], axis) => shape[axis + 1] + before + behind)];
}

function slide([, ...lengths], size, stride) {
  if (size.some((side, axis) => side > lengths[axis])) {
    throw new Unfit(
      _("its window of %(window)s does not fit into maps of %(shape)s", {
        window: size.join("×"),
        shape: lengths.join("×"),
      }),
    );
  }
  return lengths.map((length, axis) => Math.floor((length - size[axis]) / stride[axis]) + 1);
}
