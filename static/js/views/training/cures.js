// The remedies against overfitting: how each is put into a run's settings, and how one sees that it is there.

import { number } from "../../lib/format.js";
import { _ } from "../../lib/i18n.js";
import { countNorms, dropoutRate, withDropout, withNorms, withoutNorms } from "../../lib/network-remedies.js";

const MORE = 4; // times as many pictures, where more pictures are the remedy
const NONE = { l1: 0, l2: 0, max_norm: null, augmentation: [], early_stopping: null, weight_decay: 0, label_smoothing: 0 };

/** Each remedy: its title, and what it changes in {network, training}. */
export const CURES = {
  dropout: { title: () => _("dropout %(rate)s", { rate: number(0.5) }), apply: ({ network }) => ({ network: withDropout(network, 0.5) }) },
  l2: { title: () => "L2", apply: ({ training }) => ({ training: { ...training, l2: 0.003 } }) },
  l1: { title: () => "L1", apply: ({ training }) => ({ training: { ...training, l1: 0.0003 } }) },
  max_norm: { title: () => _("max-norm"), apply: ({ training }) => ({ training: { ...training, max_norm: 1 } }) },
  batch_normalization: { title: () => _("batch normalization"), apply: ({ network }) => ({ network: withNorms(network) }) },
  augmentation: { title: () => _("augmentation"), apply: ({ training }) => ({ training: { ...training, augmentation: ["flip", "shift"] } }) },
  pictures: { title: () => _("more pictures"), apply: ({ training }) => ({ training: { ...training, train_limit: training.train_limit * MORE } }) },
  early_stopping: { title: () => _("early stopping"), apply: ({ training }) => ({ training: { ...training, early_stopping: 3 } }) },
};

/** The settings without any remedy. */
export function bare({ dataset, network, training }) {
  return { dataset, network: withoutNorms(withDropout(network, null)), training: { ...training, ...NONE } };
}

/** The remedies that a run has, each in a word with its strength. */
export function remediesOf({ network, training }) {
  const { l1, l2, max_norm: norm, augmentation, early_stopping: patience, train_limit: limit } = training;
  const rate = dropoutRate(network);
  return [
    rate && _("dropout %(rate)s", { rate: number(rate) }),
    l2 && `L2 ${number(l2, 5)}`,
    l1 && `L1 ${number(l1, 5)}`,
    norm && _("max-norm %(norm)s", { norm: number(norm) }),
    countNorms(network) > 0 && _("batch normalization"),
    augmentation?.length > 0 && _("augmentation"),
    patience && _("early stopping"),
    limit && _("%(count)s pictures", { count: number(limit) }),
  ].filter(Boolean);
}
