// Every field of a training, the value it has where nothing is said and those it may have: as in
// app/core/training/hyperparameters.py.

export const TRAINING = {
  epochs: 10,
  batch_size: 128,
  optimizer: "adam",
  learning_rate: 0.0001,
  momentum: 0.9,
  nesterov: false,
  decay: 0.000001,
  schedule: "constant",
  warm_up: 0,
  label_smoothing: 0,
  ema: 0,
  weight_decay: 0,
  bias_learning_rate: null,
  head_learning_rate: null,
  l1: 0,
  l2: 0,
  max_norm: null,
  early_stopping: null,
  seed: 0,
  shuffle: true,
  validation_split: 0.1,
  train_limit: null,
  normalization: "unit",
  statistics: "training",
  augmentation: [],
  shift: 2,
  cutout: 8,
  initialization: "default",
  whiten: 0,
  batch_norm_scale: true,
  mirror_test: false,
  precision: "auto",
};

/** Lowest and highest value of each number. */
export const BOUNDS = {
  epochs: [1, 10_000],
  batch_size: [1, 65_536],
  learning_rate: [0, 1e4],
  momentum: [0, 0.9999],
  decay: [0, 1e3],
  warm_up: [0, 1],
  label_smoothing: [0, 0.99],
  ema: [0, 0.999999],
  weight_decay: [0, 1e3],
  bias_learning_rate: [0, 1e4],
  head_learning_rate: [0, 1e4],
  l1: [0, 1e3],
  l2: [0, 1e3],
  max_norm: [1e-6, 1e6],
  early_stopping: [1, 10_000],
  seed: [0, 2 ** 53],
  validation_split: [0, 0.9],
  train_limit: [1, 2 ** 40],
  shift: [0, 64],
  cutout: [0, 256],
  whiten: [0, 1],
};

/** What a name may be; those of `augmentation` come together. */
export const CHOICES = {
  optimizer: ["sgd", "adam", "adamw", "rmsprop", "adagrad", "muon"],
  schedule: ["constant", "one-cycle", "cosine"],
  normalization: ["none", "unit", "center", "standardize"],
  statistics: ["training", "biased", "test"],
  initialization: ["default", "dirac"],
  precision: ["auto", "float32", "bfloat16"],
  augmentation: ["flip", "alternating-flip", "shift", "cutout", "noise", "brightness"],
};

const WHOLE = ["epochs", "batch_size", "seed", "train_limit", "early_stopping", "shift", "cutout"];

/** Whether a training may have that value there. */
export function mayBe(name, value) {
  const usual = Object.hasOwn(TRAINING, name) ? TRAINING[name] : undefined;
  if (value === null) return usual === null;
  if (Object.hasOwn(BOUNDS, name))
    return isBetween(value, BOUNDS[name]) && (Number.isInteger(value) || !WHOLE.includes(name));
  if (Array.isArray(usual)) return Array.isArray(value) && value.every((entry) => CHOICES[name].includes(entry));
  return Object.hasOwn(CHOICES, name)
    ? CHOICES[name].includes(value)
    : usual !== undefined && typeof value === typeof usual;
}

function isBetween(value, [low, high]) {
  return Number.isFinite(value) && value >= low && value <= high;
}
