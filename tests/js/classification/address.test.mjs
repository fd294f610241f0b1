// A copied link must bring back what was inside the network.

import "../told.mjs";
import assert from "node:assert/strict";
import test from "node:test";

import { changeFields } from "../../../static/js/classification/picture/changes.js";
import { CLASSIFICATION } from "../addresses.mjs";

const read = (query) => CLASSIFICATION.read(query);
const write = (state) => CLASSIFICATION.write(state);
const DEFAULTS = read("");

test("nothing but the picture and what differs from the start is written", () => {
  assert.equal(write(DEFAULTS), "sample=cat");
});

test("every part of the state survives a round trip", () => {
  const state = {
    model: "best",
    sample: "rocket",
    layer: "residual_1/conv2d_2",
    channel: 7,
    x: 0,
    y: 3,
    source: 2,
    open: "stage_2/block_1",
    whole: "residual_1/conv2d_2",
    row: "learning",
    other: "cat",
    scale: "all",
    method: "occlusion",
    label: "ship",
    all: true,
    steps: true,
    change: { dx: -3, angle: 40, size: 8, x: 12, y: 5 },
    implant: { layer: "conv2d_1", channel: 0, kernel: "sobel-x" },
  };

  assert.deepEqual(read(`?${write(state)}`), state);
});

test("what cannot be understood falls back to the start", () => {
  const state = read(
    "?channel=-1&x=1.5&method=guess&scale=none&change=angle:x,evil:3,noise:1e9&implant=conv2d_1,a,b&all=1",
  );

  assert.deepEqual(state, { ...DEFAULTS, change: { noise: 100 } });
});

test("a change is written as requests take it", () => {
  assert.equal(changeFields({}), null);
  assert.equal(changeFields({ dx: 0, x: 4, y: 4 }), null);
  assert.deepEqual(changeFields({ dy: 2, blur: 1.5, size: 6, x: 4, y: 5 }), {
    shift: [0, 2],
    blur: 1.5,
    cover: [4, 5, 6],
  });
});
