// What the builder's cards say of a layer, and where its sliders stop.

import "../../told.mjs";
import assert from "node:assert/strict";
import test from "node:test";

import {
  fieldText,
  paceFacts,
  parameterFormula,
  settingsText,
  shortCount,
} from "../../../../static/js/training/builder/layer-words.js";
import { putAside, roundHalfEven } from "../../../../static/js/shared/rounding.js";
import { doublingStops, roundStops } from "../../../../static/js/training/builder/stops.js";

test("a card names a layer's settings and leaves the usual ones out", () => {
  const conv = { type: "conv2d", filters: 16 };

  assert.equal(settingsText({ ...conv, activation: "relu" }), "16 · 3×3 · relu");
  assert.equal(
    settingsText({ ...conv, kernel_size: [5, 1], stride: 2, padding: "same", use_bias: false }),
    "16 · 5×1 · step 2 · same · no bias",
  );
  assert.equal(settingsText({ type: "max_pooling2d", pool_size: 3 }), "3×3");
  assert.equal(settingsText({ type: "max_pooling2d", pool_size: 3, stride: 2 }), "3×3 · step 2");
  assert.equal(settingsText({ type: "dropout" }), "0.5");
  assert.equal(settingsText({ type: "dense", units: 10, activation: "softmax" }), "10 · softmax");
  assert.equal(settingsText({ type: "activation", activation: "gelu" }), "");
});

test("the parameters are written as the product that they are", () => {
  assert.equal(
    parameterFormula({ layer: { type: "conv2d", filters: 16 }, before: [3, 32, 32], parameters: 448 }),
    "16·(3·3·3+1) = 448",
  );
  assert.equal(
    parameterFormula({ layer: { type: "dense", units: 10, use_bias: false }, before: [128], parameters: 1280 }),
    "10·(128) = 1280",
  );
  assert.equal(parameterFormula({ layer: { type: "flatten" }, before: [16, 2, 2], parameters: 0 }), "");
});

test("what a unit sees, and large counts, in words", () => {
  assert.equal(fieldText(5, [3, 32, 32]), "5 × 5 pixels");
  assert.equal(fieldText([5, 3], [3, 32, 32]), "5 × 3 pixels");
  assert.equal(fieldText(8, [1, 8, 8]), "the whole picture");
  assert.deepEqual([999, 12_345, 5_140_000, 2.5e9].map(shortCount), [
    "999",
    "12.3 thousand",
    "5.14 million",
    "2.5 billion",
  ]);
});

test("an epoch's time is being measured, then told beside that of all epochs, or cannot be told", () => {
  assert.deepEqual(paceFacts(undefined, 10), [["an epoch here", "being measured …"]]);
  assert.deepEqual(paceFacts({ seconds_an_epoch: 4.25 }, 30), [
    ["an epoch here, measured", "4.3 s"],
    ["30 epochs, estimated", "2.1 min"],
  ]);
  assert.deepEqual(paceFacts({ seconds_an_epoch: 120 }, 200).at(-1), ["200 epochs, estimated", "6.7 h"]);
  assert.deepEqual(paceFacts({ seconds_an_epoch: 12 }, 1), [["an epoch here, measured", "12 s"]]);
  assert.deepEqual(paceFacts(null, 10), []);
});

test("sliders stop at round numbers and at both ends", () => {
  assert.deepEqual(roundStops(0.001, 0.05), [0.001, 0.002, 0.005, 0.01, 0.02, 0.05]);
  assert.deepEqual(doublingStops(1, 20), [1, 2, 3, 4, 6, 8, 12, 16, 20]);
  assert.deepEqual(doublingStops(8, 8), [8]);
});

test("pictures put aside are counted as Python rounds", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 2.6].map(roundHalfEven), [0, 2, 2, 3]);
  const aside = (train, share, classes = 1, stratify = true) =>
    putAside({ train, classes: Array(classes) }, { validation_split: share, stratify });
  assert.deepEqual(
    [aside(1438, 0.25), aside(50_000, 0.1, 10), aside(10, 0.01), aside(2, 0.9), aside(10, 0)],
    [360, 5000, 1, 1, 0],
  );
  assert.deepEqual([aside(60, 0.1, 10), aside(60, 0.9, 10), aside(60, 0.1, 10, false)], [10, 50, 6]);
});
