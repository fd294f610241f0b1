import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = { getElementById: () => null, documentElement: { lang: "es" } };
const { number, parseAnswer } = await import("../../../static/js/shared/format.js");

test("an answer is read with thousands set apart as in Spanish", () => {
  const read = ["4.000", "4,000", "12.345,5", "0,5", "0.5", "−3", " 12 ", "2 000 000", "0.125"].map(parseAnswer);

  assert.deepEqual(read, [4000, 4, 12345.5, 0.5, 0.5, -3, 12, 2e6, 0.125]);
});

test("what is written is read as what it was", () => {
  for (const value of [0, -3, 0.5, 6600, 12345, -1234567.25]) assert.equal(parseAnswer(number(value)), value);
});
