import assert from "node:assert/strict";
import test from "node:test";

import { why } from "../../../static/js/convolution/stage/why.js";
import { explain } from "../../../static/js/shared/engine.js";
import { fromNested } from "../pictures.mjs";

const SOBEL_X = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
];
const SOBEL_Y = [
  [-1, -2, -1],
  [0, 0, 0],
  [1, 2, 1],
];
const LAPLACIAN = [
  [0, 1, 0],
  [1, -4, 1],
  [0, 1, 0],
];
const DIAGONAL = [
  [-2, -1, 0],
  [-1, 0, 1],
  [0, 1, 2],
];
const SHARPEN = [
  [0, -1, 0],
  [-1, 5, -1],
  [0, -1, 0],
];
const ONES = Array(3).fill([1, 1, 1]);
const NOTHING = Array(3).fill([0, 0, 0]);
const CENTER = [
  [0, 0, 0],
  [0, 1, 0],
  [0, 0, 0],
];
const COLUMN = [
  [0, 1, 0],
  [0, 1, 0],
  [0, 1, 0],
];

/** The sentence in the middle of 3 x 3 levels. */
function said(levels, step, top) {
  const picture = fromNested(levels.map((row) => row.map((level) => [level])));
  return why(explain(picture, { type: "convolution", ...step }, 1, 1, 0), top).join(" ");
}

const sides = (left, right) => Array(3).fill([left, (left + right) / 2, right]);
const levels = (top, middle, bottom) => [top, middle, bottom].map((level) => Array(3).fill(level));
const spot = (middle, around) => [Array(3).fill(around), [around, middle, around], Array(3).fill(around)];

test("an edge is told by where it is dark and where it is bright", () => {
  assert.equal(said(sides(20, 180), { matrix: SOBEL_X }), "Dark on the left, bright on the right: an edge");
  assert.equal(said(sides(180, 20), { matrix: SOBEL_X }), "Dark on the right, bright on the left: an edge");
  assert.equal(said(levels(20, 100, 180), { matrix: SOBEL_Y }), "Dark above, bright below: an edge");
  assert.equal(said(levels(180, 100, 20), { matrix: SOBEL_Y }), "Dark below, bright above: an edge");
});

test("a flipped kernel tells of the picture, not of its own sides", () => {
  const flipped = said(sides(20, 180), { matrix: SOBEL_X, flip: true });

  assert.equal(flipped, "Dark on the left, bright on the right: an edge");
});

test("a slanted kernel names corners", () => {
  const corner = [
    [10, 10, 10],
    [10, 10, 200],
    [10, 200, 200],
  ];

  const sentence = said(corner, { matrix: DIAGONAL });

  assert.equal(sentence, "Dark at the upper left, bright at the lower right: an edge");
});

test("the difference decides whether it is an edge, a faint one or none", () => {
  const difference = (gap) => said(sides(100, 100 + gap), { matrix: SOBEL_X });

  assert.equal(difference(7), "Both sides are nearly alike (107 and 100): no edge here");
  assert.equal(difference(8), "Darker on the left (100), brighter on the right (108): a faint edge");
  assert.equal(difference(39), "Darker on the left (100), brighter on the right (139): a faint edge");
  assert.equal(difference(40), "Darker on the left (100), brighter on the right (140): an edge");
});

test("a kernel without a direction compares the middle with what is around it", () => {
  const point = (middle, around) => said(spot(middle, around), { matrix: LAPLACIAN });

  assert.equal(point(200, 100), "The middle (200) is brighter than around it (100): it stands out");
  assert.equal(point(60, 100), "The middle (60) is darker than around it (100): it stands out");
  assert.equal(point(110, 100), "The middle (110) is brighter than around it (100): it stands out a little");
  assert.equal(point(103, 100), "All nearly alike here (100 and 103): little to find here");
});

test("a mean says what becomes of the middle", () => {
  const blur = [
    [1, 2, 1],
    [2, 4, 2],
    [1, 2, 1],
  ];

  assert.equal(said(spot(190, 100), { matrix: ONES, divisor: 9 }), "The mean of 9 pixels: 190 becomes 110");
  assert.equal(
    said(spot(180, 100), { matrix: blur, divisor: 16 }),
    "A mean in which near pixels count more: 180 becomes 120",
  );
  assert.equal(said(spot(180, 100), { matrix: CENTER }), "Only the middle pixel counts: nothing changes");
});

test("a sharpened pixel says what it became, and why", () => {
  assert.equal(
    said(spot(120, 100), { matrix: SHARPEN }),
    "The middle (120) is brighter than around it (100): 120 becomes 200",
  );
  assert.equal(said(spot(100, 100), { matrix: SHARPEN }), "All nearly alike here (100 and 100): 100 becomes 100");
});

test("a pattern counts its weights on bright pixels, of what is bright in this picture", () => {
  const line = (...column) => column.map((level) => [0, level, 0]);

  assert.equal(said(line(50, 50, 50), { matrix: COLUMN }, 50), "3 of 3 weights lie on bright pixels: a full match");
  assert.equal(said(line(50, 50, 0), { matrix: COLUMN }, 50), "2 of 3 weights lie on bright pixels: a good match");
  assert.equal(said(line(50, 0, 0), { matrix: COLUMN }, 50), "1 of 3 weights lie on bright pixels: a poor match");
  assert.equal(said(line(0, 0, 0), { matrix: COLUMN }, 50), "0 of 3 weights lie on bright pixels: no match");
  assert.equal(said(line(50, 50, 50), { matrix: COLUMN }), "0 of 3 weights lie on bright pixels: a poor match");
});

test("weights that neither cancel nor add up to one say what each sign brings", () => {
  const matrix = [
    [0, 0, 0],
    [-1, 0, 3],
    [0, 0, 0],
  ];

  assert.equal(said(sides(10, 20), { matrix }), "60 from positive weights, −10 from negative ones: together");
});

test("a kernel of zeros says so", () => {
  assert.equal(said(sides(20, 180), { matrix: NOTHING }), "All weights are 0: so is the sum");
});

test("a step that is no convolution says what it keeps", () => {
  assert.equal(said(sides(20, 180), { type: "relu" }), "Above zero: it stays");
  assert.equal(said(sides(-180, -20), { type: "relu" }), "Not above zero: it becomes 0");
  const four = [
    [1, 2, 0, 0],
    [3, 4, 0, 0],
    [0, 0, 5, 6],
    [0, 0, 7, 8],
  ];
  assert.equal(said(four, { type: "max_pool", size: 2 }), "Of 4 pixels the largest stays: 8");
  assert.equal(said(four, { type: "average_pool", size: 2 }), "The mean of 4 pixels: 6.5");
});
