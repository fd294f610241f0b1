// Fields of a training as the page knows them: told by the server (tests/vectors/told.json).

import "../../told.mjs";
import assert from "node:assert/strict";
import test from "node:test";

import { BOUNDS, TRAINING, mayBe, pacing } from "../../../../static/js/training/builder/hyperparameters.js";

test("every field has its default, every number its bounds", () => {
  assert.deepEqual([TRAINING.epochs, TRAINING.learning_rate, TRAINING.augmentation], [10, 0.0001, []]);
  assert.deepEqual([BOUNDS.epochs, BOUNDS.optimizer], [[1, 10_000], undefined]);
  for (const [name, value] of Object.entries(TRAINING)) assert.ok(mayBe(name, value), name);
});

test("an epoch's time is asked again when a field changes that it depends on, and for no other", () => {
  const paceOf = (changes) => JSON.stringify(pacing({ ...TRAINING, ...changes }));
  const slower = { mirror_test: true, batch_norm_scale: false, whiten: 0.1, normalization: "none", train_limit: 100 };
  const same = { seed: 7, learning_rate: 1, schedule: "cosine", epochs: 99 };

  for (const [name, value] of Object.entries(slower)) assert.notEqual(paceOf({ [name]: value }), paceOf({}), name);
  for (const [name, value] of Object.entries(same)) assert.equal(paceOf({ [name]: value }), paceOf({}), name);
});

test("only values that a training may have are taken", () => {
  const good = {
    epochs: 1,
    learning_rate: 0,
    max_norm: null,
    early_stopping: 3,
    optimizer: "muon",
    augmentation: ["flip"],
    shuffle: false,
  };
  const bad = {
    epochs: 1.5,
    batch_size: 0,
    learning_rate: Infinity,
    optimizer: "evil",
    normalization: null,
    augmentation: ["x"],
    shuffle: 1,
    seed: -1,
    evil: 1,
    constructor: 1,
  };

  assert.deepEqual(
    Object.entries(good).filter(([name, given]) => !mayBe(name, given)),
    [],
  );
  assert.deepEqual(
    Object.entries(bad).filter(([name, given]) => mayBe(name, given)),
    [],
  );
});
