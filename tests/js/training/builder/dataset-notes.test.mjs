// What the page says of a data set before one trains on it.

import "../../told.mjs";
import assert from "node:assert/strict";
import test from "node:test";
import { datasetNotes } from "../../../../static/js/training/builder/dataset-notes.js";

const plain = {
  name: "own-1",
  classes: ["cat", "dog"],
  counts: { train: [20, 30], test: [5, 5] },
  test: 10,
  equal: 0,
  holders: [],
  spellings: {},
};
const holders = [
  { folder: "seg_train", part: "train", pictures: 50 },
  { folder: "seg_test", part: "test", pictures: 10 },
];

test("of a data set of this project with enough pictures nothing is said", () => {
  assert.deepEqual(datasetNotes({ ...plain, name: "digits", equal: null }), []);
});

test("folders are told with what they were taken for", () => {
  assert.match(datasetNotes({ ...plain, holders })[0], /seg_train: 50 for training; seg_test: 10 for the test/);
  assert.match(datasetNotes(plain)[0], /a fifth of each class/);
  assert.match(datasetNotes({ ...plain, holders: holders.slice(0, 1) })[0], /seg_train: 50.*a fifth of each class/);
  assert.match(datasetNotes({ ...plain, test: 0 })[0], /too few pictures/);
});

test("a class of few pictures, equal pictures and folders of one class are told", () => {
  const [, few] = datasetNotes({ ...plain, counts: { train: [20, 4], test: [5, 1] } });
  const [, single] = datasetNotes({ ...plain, counts: { train: [1, 1], test: [1, 1] } });
  const [, equal] = datasetNotes({ ...plain, equal: 3 });
  const [, spelled] = datasetNotes({ ...plain, spellings: { cat: [" cat", "cat"] } });

  assert.match(few, /dog has only 4 pictures/);
  assert.match(single, /cat has a single picture/);
  assert.match(equal, /3 of the 10 test pictures/);
  assert.match(spelled, /one class, cat: “ cat”, “cat”/);
});
