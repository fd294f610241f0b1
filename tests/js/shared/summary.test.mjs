// A card's summary is always its text; aloud it comes once the card rests, and never twice the same.

import assert from "node:assert/strict";
import test, { mock } from "node:test";

const region = { textContent: "" };
const made = () => ({ children: [], textContent: "", append: (part) => part, setAttribute() {} });
globalThis.document = { createElement: made, querySelector: () => region };

const { summarize } = await import("../../../static/js/shared/summary.js");

test("what changes often is told when it has stopped", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const said = [];
  const card = { ...made(), append: (place) => said.push(place) };

  for (const count of [1, 2, 3]) {
    summarize(card, `sum ${count}`);
    mock.timers.tick(100);
    assert.equal(region.textContent, "");
    assert.equal(said[0].textContent, `sum ${count}`);
  }
  mock.timers.tick(1000);

  assert.equal(region.textContent, "sum 3");
  mock.timers.reset();
});

test("the same sentence is told once, and a quiet card never", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const [card, quiet] = [made(), made()];

  summarize(card, "a cat");
  mock.timers.tick(1000);
  region.textContent = "";
  summarize(card, "a cat");
  summarize(quiet, "a dog", { isQuiet: true });
  mock.timers.tick(1000);

  assert.equal(region.textContent, "");
  mock.timers.reset();
});
