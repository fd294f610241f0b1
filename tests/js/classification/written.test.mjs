// The numbers of a network as written arithmetic.

import "../told.mjs";
import assert from "node:assert/strict";
import test from "node:test";

import { channelTitle, layerTitle } from "../../../static/js/shared/layers.js";
import {
  activationLine,
  addedLine,
  denseLine,
  inputLine,
  normalizationLine,
  softmaxLine,
  sumLine,
} from "../../../static/js/classification/making/written.js";

test("a convolution's sums come largest first, then the bias", () => {
  const inputs = [0.5, -1.25, 0.25].map((sum) => ({ sum }));

  assert.equal(sumLine({ inputs, bias: -0.5, value: -1 }), "(−1.25) + 0.5 + 0.25 + bias (−0.5) = −1");
});

test("more terms than one reads are added up", () => {
  const inputs = Array.from({ length: 8 }, () => ({ sum: 1 }));

  assert.match(sumLine({ inputs, bias: 0, value: 8 }), /^1 \+ 1 \+ 1 \+ 1 \+ 1 \+ 1 \+ 2 \(2 more\) \+ bias 0 = 8$/);
});

test("normalization, activation, input and a block's sum", () => {
  assert.equal(
    normalizationLine({ input: 3, mean: 1, variance: 4, epsilon: 0.001, gamma: 2, beta: -1, value: 0.9998 }),
    "(3 − 1) / √(4 + 0.001) · 2 + (−1) = 1",
  );
  assert.equal(activationLine({ function: "relu", input: -0.31, value: 0 }), "max(0, −0.31) = 0");
  assert.equal(activationLine({ function: "tanh", input: 0, value: 0 }), "tanh(0) = 0");
  assert.equal(inputLine({ level: 182, mean: 0.49, std: 0.25, value: 0.895 }), "(182 / 255 − 0.49) / 0.25 = 0.895");
  assert.equal(addedLine({ terms: [{ value: -1 }, { value: 3 }], value: 2 }), "(−1) + 3 = 2");
});

test("a dense unit's largest products, the others, the bias", () => {
  const inputs = [
    { input: 2, weight: -0.5, product: -1 },
    { input: 1, weight: 0.25, product: 0.25 },
  ];

  assert.equal(
    denseLine({ inputs, others: 3, others_sum: 0.5, bias: 1, value: 0.75 }),
    "2·(−0.5) + 1·0.25 + 0.5 (3 more) + bias 1 = 0.75",
  );
});

test("softmax is one exponential among all", () => {
  const line = softmaxLine({ logits: [1, 2], exponentials: [0.5, 1], sum: 1.5, temperature: 2, value: 1 / 3 }, 0);

  assert.equal(line, "e^((1 − 2) / 2) = 0.5;  0.5 / (0.5 + 1) = 0.5 / 1.5 = 0.3333");
});

test("layers and channels have names a student knows", () => {
  assert.equal(layerTitle("conv2d_2"), "conv 2");
  assert.equal(layerTitle("residual_1/conv2d_3"), "block 1 · conv 3");
  assert.equal(layerTitle("relu_1"), "ReLU 1");
  assert.equal(layerTitle("constructor"), "constructor");
  assert.equal(channelTitle({ type: "conv2d", shape: [4, 5, 5] }, 3, []), "map 4");
  assert.equal(channelTitle({ type: "dense", shape: [2] }, 1, ["constructor", "cat"]), "cat");
});
