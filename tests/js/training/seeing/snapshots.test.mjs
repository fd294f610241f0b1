// Snapshots and confusion matrices, taken apart; numbers worked out by hand.

import assert from "node:assert/strict";
import test from "node:test";

import { crc32, pixelChecksum } from "../../../../static/js/training/seeing/checksum.js";
import { accuracy, worstMistake } from "../../../../static/js/training/seeing/confusion-counts.js";
import { target } from "../../../../static/js/shared/roving.js";
import {
  distance,
  drawColored,
  largestOf,
  momentAt,
  norm,
  readKernels,
  spread,
  summed,
  toRows,
} from "../../../../static/js/training/seeing/snapshots.js";

function plane(rows) {
  return { width: rows[0].length, height: rows.length, channels: 1, data: new Float32Array(rows.flat()) };
}

test("a sprite of kernels is read filter by filter, channel by channel", () => {
  const levels = [255, 128, 1, 128, 128, 255, 128, 128];
  const sprite = {
    width: 1,
    height: 8,
    data: new Uint8ClampedArray(levels.flatMap((level) => [level, level, level, 255])),
  };

  const kernels = readKernels(sprite, [2, 2, 2, 1], 0.5);

  assert.deepEqual(
    kernels.map((planes) => planes.map(({ data }) => [...data])),
    [
      [
        [0.5, 0],
        [-0.5, 0],
      ],
      [
        [0, 0.5],
        [0, 0],
      ],
    ],
  );
});

test("planes add up, and a kernel's norm and its way from the start are Euclidean", () => {
  const [now, start] = [
    [
      plane([
        [3, 0],
        [0, 0],
      ]),
      plane([
        [1, 0],
        [0, 4],
      ]),
    ],
    [
      plane([
        [0, 0],
        [0, 0],
      ]),
      plane([
        [1, 0],
        [0, 0],
      ]),
    ],
  ];

  assert.deepEqual(toRows(summed(now)), [
    [4, 0],
    [0, 4],
  ]);
  assert.equal(
    norm([
      plane([
        [3, 0],
        [0, 0],
      ]),
      plane([
        [0, 0],
        [0, 4],
      ]),
    ]),
    5,
  );
  assert.equal(distance(now, start), 5);
  assert.equal(largestOf([plane([[1, -7]]), plane([[2, 3]])]), 7);
});

test("a kernel in color is gray at zero and full at the limit", () => {
  const { rgba } = drawColored([plane([[1, 0]]), plane([[-1, 0]]), plane([[0, 0]])], 1);

  assert.deepEqual([...rgba], [255, 0, 128, 255, 128, 128, 128, 255]);
});

test("norms fall into equal bins, the largest into the last", () => {
  assert.deepEqual(spread([0, 0.4, 1, 1.9, 2, 9], 2, 4), [2, 0, 1, 3]);
});

test("a moment that has not come yet is the last one before it, null the newest", () => {
  const snapshots = [{ number: 0 }, { number: 1 }, { number: 3 }];

  assert.deepEqual(
    [null, 0, 1, 2, 9].map((number) => momentAt(snapshots, number).number),
    [3, 0, 1, 1, 3],
  );
  assert.equal(momentAt([], null), null);
});

test("the diagonal is right, the largest number beside it the commonest mistake", () => {
  const matrix = [
    [8, 2, 0],
    [1, 5, 4],
    [0, 0, 0],
  ];

  assert.deepEqual(accuracy(matrix), { right: 13, all: 20, share: 0.65 });
  assert.deepEqual(worstMistake(matrix), { truth: 1, predicted: 2, count: 4, of: 10 });
  assert.equal(
    worstMistake([
      [3, 0],
      [0, 2],
    ]),
    null,
  );
});

test("arrow keys stay inside the tiles", () => {
  const from = (key, at) => target(key, at, 10, 4);

  assert.deepEqual(
    [
      from("ArrowRight", 4),
      from("ArrowLeft", 0),
      from("ArrowDown", 5),
      from("ArrowDown", 7),
      from("ArrowUp", 5),
      from("Home", 6),
      from("End", 9),
      from("x", 1),
    ],
    [5, 0, 9, 7, 1, 4, 9, null],
  );
});

test("checksums are those of zip files, of a picture's pixels without their opacity", () => {
  const rgba = new Uint8ClampedArray([49, 50, 51, 255, 52, 53, 54, 255, 55, 56, 57, 255]);

  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.equal(pixelChecksum({ data: rgba }, 3), 0xcbf43926);
  assert.equal(pixelChecksum({ data: rgba }, 1), crc32(new Uint8Array([49, 52, 55])));
});
