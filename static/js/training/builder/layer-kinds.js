// The types of layers as the page offers them: names, what each does, its settings, and a fresh one to begin with.

import { _ } from "../../shared/i18n.js";

const ACTIVATIONS = ["relu", "gelu", "silu", "tanh", "sigmoid"];

/** Names as on a layer's card: short, in the words of Keras where there is room. */
const TITLES = {
  conv2d: "conv2d",
  max_pooling2d: _("max pooling"),
  average_pooling2d: _("mean pooling"),
  global_average_pooling2d: _("mean of each map"),
  global_max_pooling2d: _("largest of each map"),
  batch_normalization: _("batch norm"),
  dropout: "dropout",
  flatten: "flatten",
  dense: "dense",
  activation: _("activation"),
  residual: _("residual block"),
};

const SENTENCES = {
  conv2d: _("Slides small kernels over all maps; each kernel gives one map of where its pattern is."),
  max_pooling2d: _("Keeps the largest value of each window: smaller maps, and a pattern may move a little."),
  average_pooling2d: _("Keeps the mean of each window: smaller maps, and less detail."),
  global_average_pooling2d: _("One number for each map, its mean: nothing is left of where things are."),
  global_max_pooling2d: _("One number for each map, its largest value: is the pattern anywhere?"),
  batch_normalization: _(
    "Brings each map to mean 0 and deviation 1 over the batch, then scales and shifts it as learned.",
  ),
  dropout: _("While it learns, sets this share of the values to zero at random: no unit can rely on another."),
  flatten: _("Lays all maps out in one row, for the classifier that follows."),
  dense: _("Each unit weighs all values of the row: the classifier."),
  activation: _("A function of each value; without one, layers after each other are no more than one."),
  residual: _("Adds its input to what its layers give, so that deep networks learn."),
};

export const GROUPS = [
  [_("Find patterns"), ["conv2d", "max_pooling2d", "average_pooling2d", "residual"]],
  [_("From maps to a row"), ["flatten", "global_average_pooling2d", "global_max_pooling2d"]],
  [_("Classify"), ["dense"]],
  [_("Steady and regularize"), ["batch_normalization", "dropout", "activation"]],
];

/** Types that can stand for each other: the card offers them as one setting. */
export const EXCHANGES = [
  ["max_pooling2d", "average_pooling2d"],
  ["flatten", "global_average_pooling2d", "global_max_pooling2d"],
];

const DEFAULTS = {
  conv2d: { kernel_size: 3, stride: 1, padding: "valid", use_bias: true, activation: "none" },
  max_pooling2d: { pool_size: 2, stride: null },
  average_pooling2d: { pool_size: 2, stride: null },
  batch_normalization: { epsilon: 0.001, momentum: 0.99 },
  dropout: { rate: 0.5 },
  dense: { use_bias: true, activation: "none" },
  residual: { activation: "none" },
};

const FIRST_FIELDS = { conv2d: ["filters"], dense: ["units"], activation: ["activation"], residual: ["layers"] };

/** What a card is called: an activation by its function. */
export function kindTitle({ type, activation }) {
  if (type === "activation") return activation;
  return Object.hasOwn(TITLES, type) ? TITLES[type] : type;
}

/** Whether there is such a type of layer. */
export function isKind(type) {
  return Object.hasOwn(TITLES, type);
}

export function kindSentence(type) {
  return SENTENCES[type] ?? "";
}

/** The value of a layer's field, its default where it is not written. */
export function fieldOf(layer, name) {
  return layer[name] ?? DEFAULTS[layer.type]?.[name] ?? null;
}

/** The layer without what equals its defaults, its fields in the order of the server's. */
export function tidy(layer) {
  const usual = DEFAULTS[layer.type] ?? {};
  const names = [...(FIRST_FIELDS[layer.type] ?? []), ...Object.keys(usual)];
  const tidied = { type: layer.type };
  for (const name of names) {
    const value = single(layer[name]);
    if (value !== undefined && value !== null && value !== usual[name])
      tidied[name] = name === "layers" ? value.map(tidy) : value;
  }
  return tidied;
}

/** A pair of equal numbers is written as one. */
function single(value) {
  return Array.isArray(value) && value.length === 2 && value[0] === value[1] ? value[0] : value;
}

/** Activations that a layer of that type may have; softmax only at the very end. */
export function activationsOf(type, isLast) {
  return [...(type === "activation" ? [] : ["none"]), ...ACTIVATIONS, ...(isLast ? ["softmax"] : [])];
}

/** A new layer for where `shape` comes in, as wide as what is around it. */
export function freshLayer(type, shape) {
  const width = shape.length === 3 && shape[0] > 3 ? shape[0] : 16;
  const same = { type: "conv2d", filters: shape[0], padding: "same", use_bias: false };
  const norm = { type: "batch_normalization", epsilon: 1e-5, momentum: 0.9 };
  const fresh = {
    conv2d: { filters: width, activation: "relu" },
    dense: { units: 128, activation: "relu" },
    activation: { activation: "relu" },
    batch_normalization: { epsilon: 1e-5, momentum: 0.9 },
    residual: { layers: [same, norm, { type: "activation", activation: "relu" }, same, norm], activation: "relu" },
  };
  return { type, ...fresh[type] };
}
