// A number's arithmetic at another place of its map, against numbers worked out by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { movedTo } from "../../../static/js/classification/making/moved.js";

/** Two maps of 3 x 3: 1 to 9, and the same times ten. */
const BEFORE = {
  shape: [2, 3, 3],
  data: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90]),
};
const VIEWS = {
  rows: [
    [0, 1],
    [0, 2],
    [1, 2],
  ],
  columns: [
    [0, 1],
    [0, 2],
    [1, 2],
  ],
};

const convolution = (fields = {}) => ({
  role: "kernels",
  channel: 0,
  bias: 0.5,
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  views: VIEWS,
  inputs: [
    {
      channel: 0,
      kernel: [
        [1, 0, 0],
        [0, 2, 0],
        [0, 0, 3],
      ],
    },
    {
      channel: 1,
      kernel: [
        [0, 0, 0],
        [0, -1, 0],
        [0, 0, 0],
      ],
    },
  ],
  ...fields,
});

test("a convolution's parts, their window and their sum follow, with zeros beyond the edge", () => {
  const middle = movedTo(convolution(), [BEFORE], null, 1, 1);
  assert.deepEqual(
    middle.inputs.map(({ sum }) => sum),
    [1 + 2 * 5 + 3 * 9, -50],
  );
  assert.equal(middle.value, 38 - 50 + 0.5);
  assert.deepEqual(middle.inputs[0].products, [
    [1, 0, 0],
    [0, 10, 0],
    [0, 0, 27],
  ]);

  const corner = movedTo(convolution(), [BEFORE], null, 2, 0);
  assert.deepEqual(corner.inputs[0].patch, [
    [0, 0, 0],
    [2, 3, 0],
    [5, 6, 0],
  ]);
  assert.equal(corner.value, 6 - 30 + 0.5);
  assert.deepEqual([corner.left, corner.top], [1, -1]);
  assert.deepEqual(corner.receptive_field, { x: 1, y: 0, width: 2, height: 2 });
});

test("steps and gaps of a window are kept", () => {
  const steps = movedTo(convolution({ stride: [2, 2] }), [BEFORE], null, 1, 0);
  assert.deepEqual(steps.inputs[0].patch, [
    [0, 0, 0],
    [2, 3, 0],
    [5, 6, 0],
  ]);

  const gaps = movedTo(convolution({ dilation: [2, 2], padding: [2, 2, 2, 2] }), [BEFORE], null, 2, 2);
  assert.deepEqual(gaps.inputs[0].patch, [
    [1, 3, 0],
    [7, 9, 0],
    [0, 0, 0],
  ]);
});

test("what goes on number by number takes the one at the same place", () => {
  const own = { shape: [1, 3, 3], data: Float32Array.from([0, 0, 0, 0, 7, 0, 0, 0, 0]) };

  const curve = movedTo({ role: "function", channel: 0, input: 1, views: VIEWS }, [BEFORE], own, 1, 1);
  assert.deepEqual([curve.input, curve.value], [5, 7]);

  const terms = [
    { layer: "one", value: 0 },
    { layer: "other", value: 0 },
  ];
  const sum = movedTo({ role: "sum", channel: 0, terms, views: VIEWS }, [BEFORE, own], own, 1, 1);
  assert.deepEqual(
    sum.terms.map(({ value }) => value),
    [5, 7],
  );
});

test("a pool's window goes by its steps", () => {
  const pool = {
    role: "pool",
    channel: 0,
    x: 0,
    y: 0,
    left: 0,
    top: 0,
    width: 2,
    height: 2,
    step: [2, 2],
    views: VIEWS,
  };
  const moved = movedTo(pool, [BEFORE], BEFORE, 1, 1);

  assert.deepEqual([moved.left, moved.top, moved.value], [2, 2, 5]);
});
