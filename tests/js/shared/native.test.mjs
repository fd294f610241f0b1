// The engine of the page in WebAssembly: the same vectors, and the same numbers and bytes as JavaScript for every size
// and stride. What lies in the module's memory from the picture before must never be seen.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { measure, toRgba } from "../../../static/js/shared/display.js";
import { applyStep, picture } from "../../../static/js/shared/engine.js";
import { useNative } from "../../../static/js/shared/native.js";

const MODES = ["clip", "absolute", "rescale", "signed"];

function noise(width, height, channels, span = 256, share = 1) {
  const data = Float32Array.from({ length: width * height * channels }, (_, at) => ((at * 7919) % span) * share);
  return picture(width, height, channels, data);
}

function kernel(rows, columns, share = 1) {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => (((i * 5 + j * 3) % 7) - 3) * share),
  );
}

const cases = [
  ["whole numbers", noise(37, 21, 3), { matrix: kernel(3, 3), border: "reflect" }],
  ["a wide kernel", noise(64, 33, 3), { matrix: kernel(7, 7), border: "wrap" }],
  ["an even kernel", noise(50, 40, 1), { matrix: kernel(2, 6), border: "replicate" }],
  ["tenths", noise(41, 29, 3), { matrix: kernel(5, 5, 0.1), divisor: 3, offset: 128 }],
  ["large thirds, in float64", noise(41, 29, 3), { matrix: kernel(5, 5, 1000 / 3) }],
  ["levels that are no whole numbers", noise(90, 31, 3, 4096, 255 / 4095), { matrix: kernel(7, 7, 13) }],
  ["a stride", noise(45, 38, 3), { matrix: kernel(3, 3), stride: 2 }],
  ["a stride past the picture, dilated", noise(20, 30, 3), { matrix: kernel(3, 3), stride: 40, dilation: 3 }],
  ["a kernel of zeros", noise(9, 9, 3), { matrix: [[0]] }],
  ["one pixel", noise(1, 1, 1), { matrix: kernel(3, 3), border: "reflect" }],
].map(([name, input, step]) => ({ name, input, step }));

const shown = ({ data, ...size }) => MODES.map((mode) => toRgba({ data, ...size }, mode));
const slow = cases.map(({ input, step }) => {
  const result = applyStep(input, step);
  return { result, range: measure(result), shown: shown(result) };
});

await useNative(readFileSync(new URL("../../../static/vendor/engine/engine.wasm", import.meta.url)));
await import("./vectors.mjs");

for (const [index, { name, input, step }] of cases.entries()) {
  const expected = slow[index];
  test(`"${name}" gives what JavaScript gives`, () => {
    const { width, height, data } = applyStep({ ...input }, step);

    assert.deepEqual([width, height, data.length], [expected.result.width, expected.result.height, data.length]);
    data.forEach((value, at) => assert.ok(Math.abs(value - expected.result.data[at]) <= 1e-3, `${value} at ${at}`));
  });

  test(`"${name}" is measured and painted as JavaScript does it`, () => {
    const { mean, ...ends } = measure(expected.result);

    assert.deepEqual(ends, (({ mean: _, ...rest }) => rest)(expected.range));
    assert.ok(Math.abs(mean - expected.range.mean) <= 1e-6 * (1 + Math.abs(mean)));
    assert.deepEqual(shown(expected.result), expected.shown);
  });
}

test("an edited kernel is applied to the picture that is kept, a border or another picture to its own", () => {
  const [one, other] = [noise(30, 20, 3), noise(30, 20, 3, 199)];
  const flat = { matrix: [[0, 0, 0], [0, 2, 0], [0, 0, 0]] }; // prettier-ignore
  const doubled = (input) => [...input.data].map((level) => level * 2);

  assert.deepEqual([...applyStep(one, flat).data], doubled(one));
  assert.deepEqual([...applyStep(one, { matrix: [[1]] }).data], [...one.data]);
  assert.deepEqual([...applyStep(other, flat).data], doubled(other));
  toRgba(one, "clip");
  assert.deepEqual([...applyStep(other, flat).data], doubled(other));
  assert.deepEqual([...applyStep(one, { ...flat, border: "wrap" }).data], doubled(one));
});

test("a result that is written over is measured and painted anew", () => {
  const input = noise(16, 16, 1);
  const { data } = applyStep(input, { matrix: [[1]] });

  const result = applyStep(input, { matrix: [[-1]] }, data);

  assert.equal(result.data, data);
  assert.deepEqual([measure(result).minimum, measure(result).maximum], [-255, 0]);
  applyStep(noise(16, 16, 1, 3), { matrix: [[1]] });
  assert.deepEqual([measure(result).minimum, measure(result).maximum], [-255, 0]);
  assert.deepEqual([...toRgba(result, "absolute").slice(0, 3)], [0, 0, 0]);
});

test("a picture past the module's memory is left to JavaScript", () => {
  const { data } = applyStep(noise(3, 3, 1), { matrix: [[1]], padding: 3000 });

  assert.equal(data.length, 6003 ** 2);
  assert.equal(
    data.reduce((sum, value) => sum + value, 0),
    noise(3, 3, 1).data.reduce((sum, value) => sum + value, 0),
  );
});
