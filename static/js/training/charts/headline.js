// How a run stands, in a few words, from its history alone. All thresholds stand here (why: docs/decisions/0028).

import { measureGap } from "./gap.js";
import { _ } from "../../shared/i18n.js";

export const FEWEST = 5; // epochs before anything is said, or all of a run that has ended with fewer
const SHORTEST = 2; // epochs of such a run
const GAP = 0.1; // of accuracy, between training and validation, beside a gap of the losses
const NEAR = 0.05; // of accuracy, above guessing
const PATIENCE = 5; // epochs without anything better
const BETTER = 0.005; // of accuracy that is no noise

const NOW = {
  early: _("The first epochs"),
  learns: _("It learns"),
  memorizes: _("It memorizes"),
  stalled: _("It no longer improves"),
  guesses: _("It only guesses"),
  broken: _("The loss is NaN"),
};
const THEN = {
  ...NOW,
  early: _("It ended early"),
  learns: _("It learned"),
  memorizes: _("It memorized"),
  stalled: _("It stopped improving"),
  guesses: _("It only guessed"),
};

/** The state after `rows` of a history: a key of NOW; `classes` says what guessing gets. */
export function stateAfter(rows, { classes, hasEnded = false, isBroken = false }) {
  if (isBroken) return "broken";
  if (rows.length < (hasEnded ? SHORTEST : FEWEST)) return "early";
  const last = rows.at(-1);
  const known = [last.train_accuracy, last.validation_accuracy].filter(Number.isFinite);
  if (known.every((accuracy) => accuracy < 1 / classes + NEAR)) return "guesses";
  const gap = last.train_accuracy - last.validation_accuracy;
  if (measureGap(rows)?.isOverfitting && gap >= GAP) return "memorizes";
  return hasStalled(rows) ? "stalled" : "learns";
}

/** Whether none of the last epochs was better than the best before them, by accuracy or by loss. */
function hasStalled(rows) {
  if (rows.length <= 2 * PATIENCE) return false;
  const isJudged = Number.isFinite(rows.at(-1).validation_accuracy);
  const [accuracy, loss] = isJudged ? ["validation_accuracy", "validation_loss"] : ["train_accuracy", "train_loss"];
  const [before, lately] = [rows.slice(0, -PATIENCE), rows.slice(-PATIENCE)];
  const best = (part, field, choose) => choose(...part.map((row) => row[field]).filter(Number.isFinite));
  return (
    best(lately, accuracy, Math.max) < best(before, accuracy, Math.max) + BETTER &&
    best(lately, loss, Math.min) > best(before, loss, Math.min) * (1 - BETTER)
  );
}

/** The state in words; once a run has ended, as what it did. */
export function headline(state, hasEnded) {
  return (hasEnded ? THEN : NOW)[state];
}
