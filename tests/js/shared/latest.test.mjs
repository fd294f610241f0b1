// A slider must not leave a queue of stale questions behind it.

import assert from "node:assert/strict";
import test from "node:test";

import { Latest } from "../../../static/js/shared/latest.js";

test("while one question is answered only the newest waits", async () => {
  const answered = [];
  const latest = new Latest(async (key) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    answered.push(key);
  });

  for (const key of ["a", "b", "c", "d"]) latest.ask(key);
  await latest.ask("d");

  assert.deepEqual(answered, ["a", "d"]);
});

test("the same question is not asked twice", async () => {
  let asked = 0;
  const latest = new Latest(async () => (asked += 1));

  await latest.ask("a");
  await latest.ask("a");
  latest.forget();
  await latest.ask("a");

  assert.equal(asked, 2);
});

test("an answer can tell that it comes too late", async () => {
  const seen = [];
  const latest = new Latest(async (key, isNewest) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push([key, isNewest()]);
  });

  latest.ask("old");
  await latest.ask("new");

  assert.deepEqual(seen, [
    ["old", false],
    ["new", true],
  ]);
});
