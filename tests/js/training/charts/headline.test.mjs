// Thresholds of the headline: nothing is said too early, and each state by its own rule.

import assert from "node:assert/strict";
import { test } from "node:test";

const { FEWEST, headline, stateAfter } = await import("../../../../static/js/training/charts/headline.js");

/** Epochs with these accuracies; losses fall and rise with them. */
function history(pairs) {
  return pairs.map(([train, validation], index) => ({
    epoch: index + 1,
    train_accuracy: train,
    validation_accuracy: validation,
    train_loss: 2.1 * (1 - train),
    validation_loss: validation === null ? null : 2.1 * (1 - validation) + 2 * Math.max(0, train - validation - 0.2),
  }));
}

const rising = history(Array.from({ length: 20 }, (_value, index) => [0.2 + index * 0.04, 0.2 + index * 0.038]));

test("nothing is said before enough epochs, but at the end of a short run", () => {
  assert.equal(stateAfter([], { classes: 8 }), "early");
  assert.equal(stateAfter(rising.slice(0, FEWEST - 1), { classes: 8 }), "early");
  assert.equal(stateAfter(rising.slice(0, FEWEST), { classes: 8 }), "learns");
  assert.equal(stateAfter(rising.slice(0, 3), { classes: 8, hasEnded: true }), "learns");
  assert.equal(stateAfter(rising.slice(0, 1), { classes: 8, hasEnded: true }), "early");
});

test("it learns while validation follows training", () => {
  assert.equal(stateAfter(rising, { classes: 8 }), "learns");
});

test("it memorizes where training leaves validation behind in loss and in accuracy", () => {
  const rows = history(
    Array.from({ length: 12 }, (_value, index) => [0.2 + index * 0.07, 0.2 + Math.min(index, 3) * 0.03]),
  );

  assert.equal(stateAfter(rows, { classes: 8 }), "memorizes");
  assert.equal(stateAfter(rows.slice(0, 5), { classes: 8 }), "learns");
});

test("it no longer improves when five epochs brought nothing better", () => {
  const flat = [...rising.slice(0, 8), ...Array.from({ length: 5 }, () => rising[7])];

  assert.equal(stateAfter(flat, { classes: 8 }), "stalled");
  assert.equal(stateAfter(flat.slice(0, -1), { classes: 8 }), "learns");
});

test("it only guesses where neither accuracy is above one in as many as there are classes", () => {
  const rows = history(Array.from({ length: 6 }, () => [0.13, 0.12]));

  assert.equal(stateAfter(rows, { classes: 8 }), "guesses");
  assert.equal(stateAfter(rows, { classes: 20 }), "learns");
});

test("without pictures that are held out, training alone is judged", () => {
  const rows = history(rising.map(({ train_accuracy: train }) => [train, null]));

  assert.equal(stateAfter(rows, { classes: 8 }), "learns");
  assert.equal(stateAfter([...rows, ...Array.from({ length: 6 }, () => rows.at(-1))], { classes: 8 }), "stalled");
});

test("a loss that is no number is said at once, and an end is told in the past", () => {
  assert.equal(stateAfter([], { classes: 8, hasEnded: true, isBroken: true }), "broken");
  assert.notEqual(headline("learns", true), headline("learns", false));
  assert.equal(headline("broken", true), headline("broken", false));
});
