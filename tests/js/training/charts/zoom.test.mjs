// The part of the axis of epochs that is shown; numbers worked out by hand.

import assert from "node:assert/strict";
import test from "node:test";

import { moved, part, pinched, stretched } from "../../../../static/js/training/charts/zoom.js";

test("a part stays on the axis, and the whole is no part", () => {
  assert.deepEqual(part(-3, 4, 10), [0, 4]);
  assert.deepEqual(part(8, 4, 10), [6, 10]);
  assert.equal(part(2, 10, 10), null);
  assert.deepEqual(part(5, 0, 10), [5, 5.02]);
});

test("a part is stretched around the value under the cursor", () => {
  assert.deepEqual(stretched([4, 8], 0.5, 5, 10), [4.5, 6.5]);
  assert.deepEqual(stretched(null, 0.5, 5, 10), [2.5, 7.5]);
  assert.equal(stretched([1, 9], 1.5, 5, 10), null);
});

test("a part is moved by a share of itself, and the whole not at all", () => {
  assert.deepEqual(moved([2, 4], 0.5, 10), [3, 5]);
  assert.deepEqual(moved([2, 4], -5, 10), [0, 2]);
  assert.equal(moved(null, 0.5, 10), null);
});

test("what was under two fingers stays under them", () => {
  const before = { middle: 0.5, distance: 0.2 };

  assert.deepEqual(pinched([0, 8], before, { middle: 0.5, distance: 0.4 }, 10), [2, 6]);
  assert.deepEqual(pinched([0, 8], before, { middle: 0.25, distance: 0.4 }, 10), [3, 7]);
  assert.deepEqual(pinched([2, 6], before, { middle: 0.25, distance: 0.2 }, 10), [3, 7]);
  assert.equal(pinched([2, 6], before, { middle: 0.5, distance: 0.05 }, 10), null);
});
