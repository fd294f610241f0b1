// Learning rates of the page against app/core/training/schedules: tests/core/networks/test_vectors.py.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { rateFactor, stepsAnEpoch } from "../../../../static/js/training/builder/schedules.js";

const { steps, places, cases } = JSON.parse(readFileSync(new URL("../../../vectors/schedules.json", import.meta.url)));

for (const { training, factors } of cases) {
  test(`the page draws the rate that is used: ${JSON.stringify(training)}`, () => {
    places.forEach((step, index) => assert.ok(Math.abs(rateFactor(training, step, steps) - factors[index]) < 1e-12));
  });
}

test("a last batch of one picture is left out", () => {
  assert.deepEqual(
    [stepsAnEpoch(256, 128), stepsAnEpoch(257, 128), stepsAnEpoch(258, 128), stepsAnEpoch(1, 128)],
    [2, 2, 3, 1],
  );
});
