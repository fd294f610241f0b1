// The vectors that SciPy computed, for whatever does the page's arithmetic; app/core satisfies the same file.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { measure, toRgba } from "../../../static/js/shared/display.js";
import { applyStep, explain } from "../../../static/js/shared/engine.js";
import { fromNested, toNested } from "../pictures.mjs";

/** The result of every step, the last one at the end; null from the first step that does not fit. */
const applyChain = (input, steps) =>
  steps.reduce(([...results], step) => {
    const previous = results.length ? results.at(-1) : input;
    return [...results, previous && applyStep(previous, step)];
  }, []);

const vectors = JSON.parse(readFileSync(new URL("../../vectors/convolution.json", import.meta.url)));

function assertNear(actual, expected, tolerance, name) {
  const [one, other] = [actual.flat(Infinity), expected.flat(Infinity)];
  assert.equal(one.length, other.length, `${name}: the sizes differ`);
  one.forEach((value, index) =>
    assert.ok(Math.abs(value - other[index]) <= tolerance, `${name}: ${value} is not ${other[index]}`),
  );
}

for (const { name, picture, steps, result } of vectors.cases) {
  test(`the chain "${name}" gives what SciPy gives`, () => {
    const input = fromNested(picture);

    const actual = applyChain(input, steps).at(-1) ?? input;

    assertNear(toNested(actual), result, 1e-3, name);
  });

  if (steps.length === 0) continue;
  test(`the arithmetic of every pixel of "${name}" gives the picture`, () => {
    const input = fromNested(picture);
    const results = applyChain(input, steps);
    const before = results.length > 1 ? results.at(-2) : input;
    const after = toNested(results.at(-1));

    after.forEach((row, y) =>
      row.forEach((values, x) =>
        values.forEach((value, channel) => {
          const { value: explained } = explain(before, steps.at(-1), x, y, channel);
          assert.ok(Math.abs(explained - value) <= 1e-3, `${explained} at ${x}, ${y} is not ${value}`);
        }),
      ),
    );
  });
}

for (const { name, values, display, bytes } of vectors.displays) {
  test(`the bytes of "${name}" are those of the server`, () => {
    const picture = fromNested(values);
    const rgba = toRgba(picture, display, measure(picture));

    const expected = bytes
      .flat()
      .flatMap((pixel) => [...(pixel.length === 1 ? [pixel[0], pixel[0], pixel[0]] : pixel), 255]);
    assert.deepEqual([...rgba], expected);
  });
}
