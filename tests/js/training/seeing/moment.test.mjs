// What a moment of a run is called.

import assert from "node:assert/strict";
import test from "node:test";

globalThis.document ??= {
  documentElement: { lang: "en" },
  hidden: false,
  addEventListener() {},
  getElementById: () => null,
  createElement: () => ({}),
};
const { momentTitle } = await import("../../../../static/js/training/seeing/moment.js");

test("a moment in a run's first steps is called by its step, a later one by its epoch", () => {
  const page = { run: { steps: 1410, epochs: 10 } };
  const titles = [
    [0, 0],
    [1, 4],
    [2, 8],
    [3, 1410],
  ].map(([number, step]) => momentTitle(page, { number, step, epoch: 0 }));

  assert.deepEqual(titles, ["random start", "step 4", "epoch 0.1", "epoch 10"]);
});
