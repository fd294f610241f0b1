import assert from "node:assert/strict";
import test from "node:test";

import {
  fixed,
  number,
  parseAnswer,
  parseNumber,
  percent,
  percentFine,
  plain,
  short,
} from "../../../static/js/shared/format.js";
import { readNpy } from "../../../static/js/shared/npy.js";

test("numbers are typed as fractions, with a comma or with a real minus sign", () => {
  assert.equal(parseNumber("1/8"), 0.125);
  assert.equal(parseNumber(" −0,5 "), -0.5);
  assert.equal(parseNumber("-3e2"), -300);
});

test("an answer is read with thousands set apart as in English", () => {
  const read = ["4.000", "4,000", "12,345.5", "0,5", "0.5", "−3", " 12 ", "2000000", "0,125"].map(parseAnswer);

  assert.deepEqual(read, [4, 4000, 12345.5, 0.5, 0.5, -3, 12, 2e6, 0.125]);
});

test("what is no usable number is not taken", () => {
  for (const text of ["", "-", "1/0", "x", "1e999", "NaN", "2000000", "1/2/3"])
    assert.equal(parseNumber(text), null, text);
});

test("tiny numbers are not written as zero", () => {
  assert.equal(number(0.00012345), "0.000123");
  assert.equal(number(-0.001), "−0.001");
  assert.equal(number(-0), "0");
  assert.equal(plain(-1e-9), "-1e-9");
  assert.equal(plain(0.1 + 0.2), "0.3");
});

test("a share is written as nothing or all only if it is", () => {
  const written = [0, 0.0004, 0.0006, 0.034, 0.12, 0.994, 0.996, 0.9996, 1].map((share) => percent(share));

  assert.deepEqual(written, ["0%", "<0.1%", "0.1%", "3.4%", "12%", "99%", "99.6%", ">99.9%", "100%"]);
});

test("a share that is no number is not nothing", () => {
  assert.deepEqual([null, NaN, undefined].map(percent), ["–", "–", "–"]);
  assert.equal(percentFine(NaN), "–");
});

test("what has exploded is written short where there is little room, and counts are not", () => {
  assert.equal(short(-2808861696), "−2.8e9");
  assert.equal(short(1234.5), "1234.5");
  assert.equal(short(9.96e9), "1e10");
  assert.equal(fixed(-53048362620550), "−5.3e13");
  assert.equal(number(88914698), "88,914,698");
  assert.equal(number(-104614956741932240), "−1e17");
});

test("what has nearly vanished is written short where there is little room, and nothing as nothing", () => {
  assert.deepEqual(
    [0.0000001234, -0.00005, 0.0001, 0, null].map((value) => short(value)),
    ["1.2e−7", "−5e−5", "0.0001", "0", "–"],
  );
});

test("a .npy file becomes one plane after the other", () => {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }".padEnd(117) + "\n";
  const bytes = new Uint8Array(10 + header.length + 24);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(new Float32Array([1, 2, 3, 4, 5, 6]).buffer), 10 + header.length);

  const picture = readNpy(bytes.buffer);

  assert.deepEqual(
    { ...picture, data: [...picture.data] },
    { width: 2, height: 1, channels: 3, data: [1, 4, 2, 5, 3, 6] },
  );
});
