// Which of the offered weights is chosen at first.

import assert from "node:assert/strict";
import test from "node:test";
import { chosenOf, scaled } from "../../../../static/js/classification/gradients/choice.js";

const own = { layer: "conv2d_1", channel: 0 };
const [small, large] = [0.2, -0.5].map((value, x) => ({
  weight: { ...own, parameter: "weight", source: 0, x, y: 0 },
  value,
}));
const bias = { weight: { ...own, parameter: "bias" }, value: 3 };

test("the largest weight is chosen at first, however large the bias is", () => {
  assert.equal(chosenOf([small, large, bias], null), large);
});

test("what was chosen before stays, a bias too; of another layer's nothing does", () => {
  assert.equal(chosenOf([small, large, bias], small.weight), small);
  assert.equal(chosenOf([small, large, bias], bias.weight), bias);
  assert.equal(chosenOf([small, large, bias], { ...bias.weight, layer: "dense_1" }), large);
});

test("a bias does not set the scale", () => {
  assert.deepEqual(scaled([small, large, bias]), [small, large]);
});
