// The window's way over the picture: every position once, slow where it is told to be, over in its time.

import assert from "node:assert/strict";
import test from "node:test";

import { SECONDS, strongPlaces, walk } from "../../../static/js/front/walk.js";

const COUNT = 64 * 64;
const moments = (way, step = 0.01) => Array.from({ length: SECONDS / step }, (_value, at) => way(at * step));

test("it never goes back, begins at the first position and ends at the last", () => {
  const indices = moments(walk(COUNT, [1000, 3000])).map(({ index }) => index);

  assert.equal(indices[0], 0);
  assert.ok(indices.every((index, at) => at === 0 || index >= indices[at - 1]));
  assert.equal(walk(COUNT, [1000, 3000])(SECONDS).index, COUNT - 1);
});

test("the first two seconds show three steps a second", () => {
  const way = walk(COUNT, []);

  assert.deepEqual(
    [0, 0.34, 0.67, 1.01, 1.99].map((second) => way(second).index),
    [0, 1, 2, 3, 5],
  );
  assert.ok(way(1.9).isSlow && !way(4).isSlow);
});

test("it waits at strong places, and comes to them step by step", () => {
  const seen = moments(walk(COUNT, [1000, 3000])).filter(({ isSlow }) => isSlow);
  const seconds = (index) => seen.filter((moment) => moment.index === index).length * 0.01;

  for (const place of [1000, 3000]) {
    assert.ok(seconds(place) > 1.3, `${seconds(place)} s`);
    assert.ok(seconds(place - 1) > 0.2 && seconds(place - 2) > 0.2);
  }
});

test("places that are too near to the start, the end or each other are passed by", () => {
  for (const places of [[2], [COUNT - 1], [1000, 1001]]) {
    const way = walk(COUNT, places);

    assert.equal(way(SECONDS).index, COUNT - 1);
    assert.ok(moments(way).every(({ index }) => Number.isInteger(index) && index >= 0 && index < COUNT));
  }
});

test("a picture of one pixel is walked over, too", () => {
  assert.deepEqual(walk(1, [])(5), { index: 0, isSlow: false });
});

test("the strongest place of each half is found, of either sign, away from the border", () => {
  const data = new Float32Array(10 * 10);
  [data[0], data[2 * 10 + 3], data[7 * 10 + 6], data[9 * 10 + 9]] = [900, -50, 40, 900];

  assert.deepEqual(strongPlaces({ width: 10, height: 10, data }), [23, 76]);
});
