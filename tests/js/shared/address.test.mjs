// Every room's addresses against vectors that app/web/addresses.py satisfies too.

import "../told.mjs";
import assert from "node:assert/strict";
import test from "node:test";

import { nameStep } from "../../../static/js/convolution/address.js";
import { CLASSIFICATION, CONVOLUTION, TRAINING, vectors } from "../addresses.mjs";

const KERNELS = Object.entries({
  "edge-laplacian-8": [
    [-1, -1, -1],
    [-1, 8, -1],
    [-1, -1, -1],
  ],
  "sobel-x": [
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ],
}).map(([name, matrix]) => ({ name, matrix, divisor: 1 }));
const ROOMS = { convolution: CONVOLUTION, classification: CLASSIFICATION, training: TRAINING };
const { good, bad } = vectors("addresses");

/** What the address of a room says, the steps as they are written. */
function read(room, query) {
  const state = ROOMS[room].read(query, KERNELS);
  if (room !== "convolution") return state;
  return JSON.parse(JSON.stringify({ ...state, steps: state.steps.map((step) => nameStep(step, KERNELS)) }));
}

for (const { room, query, values, written = query } of good) {
  test(`${room} understands ?${query}`, () => {
    assert.deepEqual(read(room, query), { ...read(room, ""), ...values });
  });

  test(`${room} writes ?${query}`, () => {
    const text = ROOMS[room].write(ROOMS[room].read(query, KERNELS), KERNELS);

    assert.deepEqual([...new URLSearchParams(text)], [...new URLSearchParams(written)]);
  });
}

for (const { room, query, field } of bad) {
  test(`${room} takes the usual ${field} for ?${query}`, () => {
    assert.deepEqual(read(room, query)[field], read(room, "")[field]);
  });
}
