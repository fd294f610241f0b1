import assert from "node:assert/strict";
import test from "node:test";

import { pitchOf } from "../../../../static/js/training/charts/tones.js";

// 220 Hz is the A below the middle C; a loss of 0.1 the concert pitch, 1 and 10 the octaves above it.
test("ten times less loss is an octave lower", () => {
  assert.deepEqual([0.01, 0.1, 1, 10].map(pitchOf).map(Math.round), [220, 440, 880, 1760]);
});

test("half the loss is 0.3 octaves lower, wherever", () => {
  for (const loss of [0.04, 0.5, 2.3, 8]) {
    const octaves = Math.log2(pitchOf(loss) / pitchOf(loss / 2));
    assert.ok(Math.abs(octaves - 0.30103) < 1e-5, String(octaves));
  }
});

test("losses that are hardly any or have exploded keep to the ends, and what is no number is silent", () => {
  assert.equal(pitchOf(0), 220);
  assert.equal(pitchOf(1e-9), 220);
  assert.equal(pitchOf(5e12), 1760);
  for (const loss of [NaN, null, undefined, Infinity]) assert.equal(pitchOf(loss), null);
});
