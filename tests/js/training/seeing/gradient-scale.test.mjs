// The scale of the gradients' chart: powers of ten, zero below them.

import assert from "node:assert/strict";
import test from "node:test";
import { decades, place, ticks } from "../../../../static/js/training/seeing/gradient-scale.js";

test("the scale reaches from the power of ten below the smallest to the one above the largest", () => {
  assert.deepEqual(decades([3e-5, 0.02, 7e-3]), { low: -5, high: -1, isLog: true, hasZero: false });
});

test("zeros lie one power below, and what is no number does not stretch it", () => {
  assert.deepEqual(decades([null, 0.02]), { low: -2, high: -1, isLog: true, hasZero: false });
  assert.deepEqual(decades([0, null, 0.02]), { low: -3, high: -1, isLog: true, hasZero: true });
  assert.deepEqual(ticks(decades([0, null, 0.02])), [0.1, 0.01, 0]);
  assert.deepEqual(decades([0, 0]), { low: -1, high: 0, isLog: true, hasZero: true });
});

test("it holds at most twelve powers", () => {
  assert.deepEqual(decades([1e-40, 1]), { low: -12, high: 0, isLog: true, hasZero: false });
});

test("values lie between foot and top, zero at the foot", () => {
  const scale = { low: -4, high: 0, isLog: true, hasZero: true };
  assert.deepEqual(
    [0, 1e-9, 1e-4, 1e-2, 1, 100].map((value) => place(value, scale)),
    [0, 0, 0, 0.5, 1, 1],
  );
  assert.equal(place(0.25, { low: 0, high: 1, isLog: false }), 0.25);
});

test("few values are written", () => {
  assert.deepEqual(ticks({ low: -4, high: 0, isLog: true, hasZero: false }), [1, 1e-1, 1e-2, 1e-3, 1e-4]);
  assert.deepEqual(ticks({ low: -4, high: 0, isLog: true, hasZero: true }), [1, 1e-1, 1e-2, 1e-3, 0]);
  assert.ok(ticks({ low: -13, high: 0, isLog: true, hasZero: true }).length <= 6);
  assert.deepEqual(ticks({ low: 0, high: 1, isLog: false }), [0, 0.5, 1]);
});
