// Activation maps as the server sends them, taken apart.

import assert from "node:assert/strict";
import test from "node:test";

import { activity, peak, readSprite, strongest } from "../../../static/js/shared/maps.js";

function sprite(rows) {
  const width = rows[0].length;
  return {
    width,
    height: rows.length,
    data: new Uint8ClampedArray(rows.flat().flatMap((level) => [level, level, level, 255])),
  };
}

test("a sprite holds its maps one below the other, with 128 for zero and the limit at both ends", () => {
  const maps = readSprite(
    sprite([
      [128, 255],
      [1, 128],
      [128, 128],
      [128, 191.5],
    ]),
    2,
    2.54,
  );

  assert.equal(maps.length, 2);
  assert.deepEqual(
    [...maps[0].data].map((value) => Math.round(value * 100) / 100),
    [0, 2.54, -2.54, 0],
  );
  assert.deepEqual([maps[1].width, maps[1].height], [2, 2]);
});

test("the busiest maps come first, equal ones in their order", () => {
  assert.deepEqual(strongest([0.1, -3, 2, -3], 3), [1, 3, 2]);
});

test("a map's peak and activity", () => {
  const map = { width: 2, height: 2, data: new Float32Array([-5, 1, 3, -1]) };

  assert.deepEqual(peak(map), { x: 0, y: 1 });
  assert.equal(activity(map), 2.5);
});
