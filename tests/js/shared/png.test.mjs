// What is read of a PNG: every level exactly, of gray and of colors, by each of the five filters.

import assert from "node:assert/strict";
import test from "node:test";
import { deflateSync } from "node:zlib";

import { readPng } from "../../../static/js/shared/png.js";

/** A PNG's bytes, of `lines` that are filtered already; its data in two chunks, as writers cut them. */
function png(width, height, kind, lines) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, kind, 0, 0, 0], 8);
  const data = deflateSync(Buffer.from(lines.flat()));
  const chunks = [chunk("IHDR", header), chunk("IDAT", data.subarray(0, 9)), chunk("IDAT", data.subarray(9))];
  const all = Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    ...chunks,
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return all.buffer.slice(all.byteOffset, all.byteOffset + all.length);
}

function chunk(name, bytes) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, Buffer.from(name, "latin1"), bytes, Buffer.alloc(4)]);
}

test("each filter is undone", async () => {
  const lines = [
    [0, 10, 20, 30], // as it is
    [1, 5, 5, 250], // + left
    [2, 1, 1, 1], // + above
    [3, 2, 2, 2], // + half of left and above, rounded down
    [4, 3, 3, 3], // + Paeth
  ];

  const { width, height, channels, data } = await readPng(png(3, 5, 0, lines));

  assert.deepEqual([width, height, channels], [3, 5, 1]);
  assert.deepEqual([...data], [...[10, 20, 30], ...[5, 10, 4], ...[6, 11, 5], ...[5, 10, 9], ...[8, 13, 16]]);
});

test("colors come one plane after the other, and left is the same color's", async () => {
  const lines = [
    [1, 1, 2, 3, 10, 20, 30],
    [4, 0, 0, 0, 1, 1, 1],
  ];

  const { channels, data } = await readPng(png(2, 2, 2, lines));

  assert.equal(channels, 3);
  assert.deepEqual([...data], [...[1, 11, 1, 12], ...[2, 22, 2, 23], ...[3, 33, 3, 34]]);
});
