// Large numbers at the curves' ends lie apart, and inside the chart.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement ??= class {};
globalThis.customElements ??= { define() {} };
globalThis.document ??= { createElement: () => ({ append() {}, setAttribute() {} }) };
const { apart } = await import("../../../../static/js/training/charts/chart-ends.js");

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
