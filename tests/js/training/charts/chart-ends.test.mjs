// Large numbers at the curves' ends lie apart, and inside the chart; names of lines keep clear of them.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement ??= class {};
globalThis.customElements ??= { define() {} };
globalThis.document ??= { createElement: () => ({ append() {}, setAttribute() {} }) };
const { apart, freeOf } = await import("../../../../static/js/training/charts/chart-ends.js");

test("what does not touch stays where it is", () => {
  assert.deepEqual(apart([10, 200], [80, 80], 0, 300), [10, 200]);
});

test("what would cover each other moves apart by as little as needed", () => {
  const [one, other] = apart([100, 120], [80, 80], 0, 400);

  assert.equal(other - one, 80);
  assert.equal((one + other) / 2, 110);
});

test("the upper one may be either, and both stay inside", () => {
  assert.deepEqual(apart([290, 280], [80, 80], 0, 300), [220, 140]);
  assert.deepEqual(apart([-30], [80], 0, 300), [0]);
});

test("a name stands at the first place where no number is, else at the last", () => {
  const name = { top: 100, width: 60, height: 20 };
  const number = { left: 90, top: 90, width: 80, height: 30 };

  assert.equal(freeOf([100, 180, 0], name, []), 100);
  assert.equal(freeOf([100, 180, 0], name, [number]), 180);
  assert.equal(freeOf([100, 120, 0], name, [number]), 0);
  assert.equal(freeOf([100], name, [number]), 100);
});
