// The remedies against overfitting: how each is put into a run's settings, and how one sees that it is there.
// How strong each is comes from the recipes, where it was tried; these values hold where there is none.

import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { countNorms, dropoutRate, withDropout, withNorms, withoutNorms } from "./network-remedies.js";
import { TRAINING } from "./hyperparameters.js";
import { differences } from "./differences.js";

const MORE = 5; // times as many pictures, where more pictures are the remedy
const NONE = {
  l1: 0,
  l2: 0,
  max_norm: null,
  augmentation: [],
  early_stopping: null,
  weight_decay: 0,
  label_smoothing: 0,
};
const SICK = ["overfits", "few-shapes"]; // recipes that have no remedy; e.g. overfits-dropout has one

/**
 * Each remedy by the end of its recipe's name, the strongest first: its title, and what it changes in
 * {network, training} where no recipe says.
 */
export const CURES = {
  "more-pictures": {
    title: () => _("more pictures"),
    apply: ({ training }) => ({ training: { ...training, train_limit: training.train_limit * MORE } }),
  },
  augmentation: {
    title: () => _("augmentation"),
    apply: ({ training }) => ({ training: { ...training, augmentation: ["flip", "shift"] } }),
  },
  dropout: { title: () => _("dropout"), apply: ({ network }) => ({ network: withDropout(network, 0.7) }) },
  l2: { title: () => "L2", apply: ({ training }) => ({ training: { ...training, l2: 0.03 } }) },
  l1: { title: () => "L1", apply: ({ training }) => ({ training: { ...training, l1: 0.001 } }) },
  "max-norm": { title: () => _("max-norm"), apply: ({ training }) => ({ training: { ...training, max_norm: 0.5 } }) },
  "batch-normalization": {
    title: () => _("batch normalization"),
    apply: ({ network }) => ({ network: withNorms(network) }),
  },
  "early-stopping": {
    title: () => _("early stopping"),
    apply: ({ training }) => ({ training: { ...training, early_stopping: 3 } }),
  },
};

/**
 * The settings that overfit: those of the recipe on its data set, elsewhere the page's without any remedy; `changes`
 * are fields of the training.
 */
export function sicken(page, changes) {
  const recipe = sickRecipe(page);
  if (recipe) return withTraining(page.settingsOf(recipe), { seed: page.state.training.seed, ...changes });
  const { dataset, network, training } = page.state;
  return { dataset, network: withoutNorms(withDropout(network, null)), training: { ...training, ...NONE, ...changes } };
}

/** The recipe of what overfits, if it is of the page's data set. */
export function sickRecipe({ recipes, state }) {
  return recipes.find(({ name, dataset }) => SICK.includes(name) && dataset === state.dataset) ?? null;
}

/** The same settings with a remedy: as it was tried where a recipe of the data set says so. */
export function cure(page, settings, name) {
  const sick = sickRecipe(page);
  const tried = sick && page.recipes.find((recipe) => recipe.name === `${sick.name}-${name}`);
  if (!tried || name === "more-pictures") return { ...settings, ...CURES[name].apply(settings) };
  const { network, training } = page.settingsOf(tried);
  const changes = differences(training, page.settingsOf(sick).training);
  return { ...withTraining(settings, changes), network };
}

function withTraining(settings, changes) {
  return { ...settings, training: { ...TRAINING, ...settings.training, ...changes } };
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
