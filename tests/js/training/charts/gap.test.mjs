// The gap is named only where it can be measured.

import assert from "node:assert/strict";
import test from "node:test";

import { gapSentence, measureGap } from "../../../../static/js/training/charts/gap.js";

const row = (epoch, train, validation, accuracy = 0.1) => ({
  epoch,
  train_loss: train,
  validation_loss: validation,
  validation_accuracy: accuracy,
});

test("the gap and the rise are differences of losses", () => {
  const { gap, rise, best, isOverfitting } = measureGap([row(1, 2, 2), row(2, 1, 1.5), row(3, 0.5, 2.5)]);

  assert.deepEqual([gap, rise, best, isOverfitting], [2, 1, 2, true]);
});

test("an epoch whose losses are no numbers is not measured", () => {
  assert.equal(measureGap([row(1, 2, 2.25), row(2, null, 9), row(3, 9, null)]).gap, 0.25);
  assert.equal(measureGap([row(1, null, 2)]), null);
});

test("only where nothing is put aside is it said that nothing is", () => {
  assert.match(gapSentence([row(1, 2, null, null)]), /No pictures are held out/);
  assert.equal(gapSentence([row(1, null, null, 0.1)]), "");
});
