// A copied link must bring back what was on the screen.

import "../told.mjs";
import assert from "node:assert/strict";
import test from "node:test";

import { fromKernel, readAddress } from "../../../static/js/convolution/address.js";
import { complete, convolution } from "../../../static/js/shared/steps.js";
import { CONVOLUTION } from "../addresses.mjs";

const read = (query, kernels) => readAddress(query, kernels, CONVOLUTION);
const write = (state, kernels) => CONVOLUTION.write(state, kernels);

const KERNELS = [
  {
    name: "identity",
    matrix: [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ],
    divisor: 1,
  },
  {
    name: "edge-laplacian-8",
    matrix: [
      [-1, -1, -1],
      [-1, 8, -1],
      [-1, -1, -1],
    ],
    divisor: 1,
  },
  {
    name: "box-blur",
    matrix: [
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
    ],
    divisor: 9,
  },
  {
    name: "outline",
    matrix: [
      [-1, -1, -1],
      [-1, 8, -1],
      [-1, -1, -1],
    ],
    divisor: 1,
  },
];

test("a lone classic kernel is written by its name, and defaults are left out", () => {
  const state = { ...read("", KERNELS), steps: [fromKernel(KERNELS[2], { stride: 2 })] };

  assert.equal(write(state, KERNELS), "sample=astronaut&kernel=box-blur&stride=2");
});

test("every part of the state survives a round trip", () => {
  const steps = [
    fromKernel(KERNELS[1], { border: "wrap", flip: true }),
    complete({ type: "relu" }),
    complete({ type: "max_pool", size: 3 }),
    convolution([[1.5, -2]], { offset: 128 }),
  ];
  const state = {
    ...read("", KERNELS),
    steps,
    at: 2,
    x: 4,
    y: 7,
    sample: "mouse",
    size: 64,
    color: "gray",
    view: "stretch",
    open: ["code", "learn"],
  };

  assert.deepEqual(read(`?${write(state, KERNELS)}`, KERNELS), state);
});

test("kernels with the same numbers keep their own names", () => {
  const state = { ...read("", KERNELS), steps: [fromKernel(KERNELS[3])] };

  assert.equal(read(`?${write(state, KERNELS)}`, KERNELS).steps[0].name, "outline");
});

test("what cannot be understood falls back to the start", () => {
  for (const query of [
    "steps=nonsense",
    "steps=[]",
    'steps=[{"matrix":[[1,null]]}]',
    "kernel=nobody",
    'steps=[{"type":"explode"}]',
    'steps=[{"kernel":"box-blur","border":"sky"}]',
    "kernel=box-blur&stride=x",
    "size=-3&at=x",
  ]) {
    const state = read(query, KERNELS);

    assert.equal(state.steps[0].name, "edge-laplacian-8");
    assert.equal(state.size, 1024);
  }
});

test("the open step is one that there is", () => {
  assert.equal(read("kernel=box-blur&at=3", KERNELS).at, 0);
  assert.equal(read('steps=[{"type":"relu"},{"type":"max_pool"}]&at=7', KERNELS).at, 1);
});
