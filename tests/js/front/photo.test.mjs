// The front page's photo: its middle is cut in the proportion of its place, its grays are Pillow's.

import assert from "node:assert/strict";
import test from "node:test";

import { middle } from "../../../static/js/front/photo.js";
import { grayOf } from "../../../static/js/shared/pixels.js";

const counted = (width, height) => ({
  width,
  height,
  channels: 1,
  data: Float32Array.from({ length: width * height }, (_value, at) => at),
});

test("the middle of a photo is cut out, and where it lay is told", () => {
  const { picture, left, top } = middle(counted(96, 64), 64, 64);

  assert.deepEqual([picture.width, picture.height, left, top], [64, 64, 16, 0]);
  assert.equal(picture.data[0], 16);
  assert.equal(picture.data.at(-1), 63 * 96 + 79);
});

test("a flat place on a phone gets a flat part, and so it does of a picture that is smaller", () => {
  const flat = middle(counted(64, 96), 64, 38);
  const small = middle(counted(32, 32), 64, 38);

  assert.deepEqual([flat.picture.width, flat.picture.height, flat.left, flat.top], [64, 38, 0, 29]);
  assert.deepEqual([small.picture.width, small.picture.height], [32, 19]);
});

test("grays are those that Pillow has for colors", () => {
  const colors = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 10, 200, 90, 255];

  const { data } = grayOf({ width: 4, height: 1, data: Uint8ClampedArray.from(colors) });

  assert.deepEqual([...data], [76, 150, 29, 131]); // Image.new("RGB", (1, 1), color).convert("L").getpixel((0, 0))
});
