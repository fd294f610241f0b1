// The remedies against overfitting: how each is put into a run's settings, and how one sees that it is there.

import { number } from "../../lib/format.js";
import { _ } from "../../lib/i18n.js";

const FEW = 4; // times as many pictures, where more pictures are the remedy

/** Each remedy: its title, and what it changes in {network, training}. */
export const CURES = {
  dropout: { title: () => _("dropout 0.5"), apply: ({ network, training }) => ({ network: withLayer(network, { type: "dropout", rate: 0.5 }), training }) },
  l2: { title: () => "L2", apply: ({ network, training }) => ({ network, training: { ...training, l2: 0.003 } }) },
  l1: { title: () => "L1", apply: ({ network, training }) => ({ network, training: { ...training, l1: 0.0003 } }) },
  max_norm: { title: () => _("max-norm"), apply: ({ network, training }) => ({ network, training: { ...training, max_norm: 1 } }) },
  batch_normalization: { title: () => _("batch normalization"), apply: ({ network, training }) => ({ network: withNormalization(network), training }) },
  augmentation: { title: () => _("augmentation"), apply: ({ network, training }) => ({ network, training: { ...training, augmentation: ["flip", "shift"] } }) },
  pictures: { title: () => _("more pictures"), apply: ({ network, training }) => ({ network, training: { ...training, train_limit: training.train_limit * FEW } }) },
  early_stopping: { title: () => _("early stopping"), apply: ({ network, training }) => ({ network, training: { ...training, early_stopping: 3 } }) },
};

/** The settings without any remedy. */
export function bare({ dataset, network, training }) {
  const layers = network.layers.filter(({ type }) => type !== "dropout" && type !== "batch_normalization");
  const cured = { l1: 0, l2: 0, max_norm: null, augmentation: [], early_stopping: null, weight_decay: 0, label_smoothing: 0 };
  return { dataset, network: { ...network, layers }, training: { ...training, ...cured } };
}

/** The remedies that a run has, each in a word with its strength. */
export function remediesOf({ network, training }) {
  const { l1, l2, max_norm: norm, augmentation, early_stopping: patience, train_limit: limit } = training;
  const rates = layersOf(network).filter(({ type }) => type === "dropout").map(({ rate }) => rate);
  const found = [];
  if (rates.length) found.push(_("dropout %(rate)s", { rate: number(Math.max(...rates)) }));
  if (l2) found.push(`L2 ${number(l2, 5)}`);
  if (l1) found.push(`L1 ${number(l1, 5)}`);
  if (norm) found.push(_("max-norm %(norm)s", { norm: number(norm) }));
  if (layersOf(network).some(({ type }) => type === "batch_normalization")) found.push(_("batch normalization"));
  if (augmentation?.length) found.push(_("augmentation"));
  if (patience) found.push(_("early stopping"));
  if (limit) found.push(_("%(count)s pictures", { count: number(limit) }));
  return found;
}

/** All layers, those inside blocks too. */
function layersOf({ layers }) {
  return layers.flatMap((layer) => (layer.layers ? [layer, ...layersOf(layer)] : [layer]));
}

/** A layer put in before the last one, which tells the classes apart. */
function withLayer(network, layer) {
  return { ...network, layers: [...network.layers.slice(0, -1), layer, ...network.layers.slice(-1)] };
}

/** Batch normalization after each convolution, before its activation. */
function withNormalization(network) {
  const layers = network.layers.flatMap((layer) => (layer.type === "conv2d" ? normalized(layer) : [layer]));
  return { ...network, layers };
}

function normalized({ activation, ...convolution }) {
  const rest = activation ? [{ type: "activation", activation }] : [];
  return [convolution, { type: "batch_normalization" }, ...rest];
}
