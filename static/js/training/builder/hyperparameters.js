// Every field of a training as the server tells it: the value it has where nothing is said, and those it may have.

import { told } from "../../shared/told.js";

const FIELDS = new Map(told.hyperparameters.map((field) => [field.name, field]));

export const TRAINING = each((field) => field.default);

/** Lowest and highest value of each number. */
export const BOUNDS = each(({ low, high }) => (low === undefined ? undefined : [low, high]));

function each(value) {
  const entries = [...FIELDS.values()].map((field) => [field.name, value(field)]);
  return Object.fromEntries(entries.filter(([, found]) => found !== undefined));
}

/** Those fields of a training that how long an epoch takes depends on. */
export function pacing(training) {
  return Object.fromEntries(Object.entries(training).filter(([name]) => FIELDS.get(name)?.changes_pace));
}

/** Whether a training may have that value there. */
export function mayBe(name, value) {
  const field = FIELDS.get(name);
  if (!field) return false;
  if (value === null) return field.default === null;
  return CHECKS[field.kind](field, value);
}

const CHECKS = {
  number: ({ low, high }, value) => Number.isFinite(value) && value >= low && value <= high,
  whole: ({ low, high }, value) => Number.isInteger(value) && value >= low && value <= high,
  choice: ({ choices }, value) => choices.includes(value),
  choices: ({ choices }, value) => Array.isArray(value) && value.every((entry) => choices.includes(entry)),
  flag: (_field, value) => typeof value === "boolean",
};
