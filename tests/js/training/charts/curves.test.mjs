// Curves of several runs on one axis, smoothed as they come, and the gap between two of them.

import assert from "node:assert/strict";
import test from "node:test";

import { LiveCurve, axisEnd, epochCurve, join } from "../../../../static/js/training/charts/curves.js";
import { measureGap } from "../../../../static/js/training/charts/gap.js";

const feedOf = (losses) => ({
  epochsInAll: 2,
  steps: losses.map((loss, index) => ({ step: index + 1, steps: 4, loss })),
});
const row = (epoch, train, validation) => ({ epoch, train_loss: train, validation_loss: validation });

test("without smoothing the points are as they came, each at its part of an epoch", () => {
  const curve = new LiveCurve("loss").update(feedOf([4, 3, 2, 1]), 0);

  assert.deepEqual(curve.xs, [0.5, 1, 1.5, 2]);
  assert.deepEqual(curve.ys, [4, 3, 2, 1]);
});

test("the smoothed mean starts at the first value: by hand for one half", () => {
  const curve = new LiveCurve("loss").update(feedOf([4, 1]), 0.5);

  assert.deepEqual(curve.ys, [4, (4 * 0.25 + 1 * 0.5) / 0.75]);
});

test("points that come later give the same curve as all at once", () => {
  const all = [5, 3, 4, null, 1, 2];
  const slow = new LiveCurve("loss");

  for (let count = 1; count <= all.length; count += 1) slow.update(feedOf(all.slice(0, count)), 0.9);
  const once = new LiveCurve("loss").update(feedOf(all), 0.9);

  assert.deepEqual(slow.ys, once.ys);
  assert.equal(once.ys.length, 5); // a loss that was no number is no point
});

test("another smoothing begins anew", () => {
  const curve = new LiveCurve("loss").update(feedOf([4, 1]), 0.9);

  assert.deepEqual(curve.update(feedOf([4, 1]), 0).ys, [4, 1]);
});

test("curves on one axis keep their points and have none in between", () => {
  const joined = join([
    { xs: [1, 3], ys: [10, 30] },
    { xs: [1, 2], ys: [0, 5] },
    { xs: [], ys: [] },
  ]);

  assert.deepEqual(joined, [
    [1, 2, 3],
    [10, null, 30],
    [0, 5, null],
    [null, null, null],
  ]);
});

test("an epoch without a value has no point", () => {
  assert.deepEqual(epochCurve([row(1, 2, null), row(2, 1, 3)], "validation_loss"), { xs: [2], ys: [3] });
});

test("the axis ends at a round number ahead, and at the run's end once that is near", () => {
  assert.deepEqual(
    [0, 1, 3, 7, 8, 30].map((now) => axisEnd(now, 30)),
    [1, 2, 5, 10, 30, 30],
  );
  assert.equal(axisEnd(0, 1), 1);
});

test("a validation loss that rises away from the training loss is overfitting", () => {
  const measured = measureGap([row(1, 2, 1.9), row(2, 1, 1.4), row(3, 0.1, 2.4)]);

  assert.equal(measured.isOverfitting, true);
  assert.equal(measured.best, 2);
  assert.ok(Math.abs(measured.gap - 2.3) < 1e-9 && Math.abs(measured.rise - 1) < 1e-9);
});

test("a small gap, or none at all, is not", () => {
  assert.equal(measureGap([row(1, 0.2, 0.21)]).isOverfitting, false);
  assert.equal(measureGap([row(1, 1, 0.8)]).isOverfitting, false);
  assert.equal(measureGap([row(1, 1, null)]), null);
  assert.equal(measureGap([]), null);
});
