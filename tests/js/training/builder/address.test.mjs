// A copied link must bring back a run with its settings, or settings without a run.

import "../../told.mjs";
import assert from "node:assert/strict";
import test from "node:test";

import { isReadable as isReadableBy } from "../../../../static/js/training/builder/address.js";
import { differences, isSame } from "../../../../static/js/training/builder/differences.js";
import { TRAINING } from "../../addresses.mjs";

const read = (query) => TRAINING.read(query);
const write = (state) => TRAINING.write(state);
const isReadable = (query) => isReadableBy(query, TRAINING);
const DEFAULTS = read("");

const RUN = "0123456789abcdef";
const OTHER = "fedcba9876543210";

test("nothing but what differs from the start is written", () => {
  assert.equal(write(DEFAULTS), "");
});

test("every part of the state survives a round trip", () => {
  const network = { input: [1, 8, 8], classes: 10, layers: [{ type: "flatten" }, { type: "dense", units: 10 }] };
  const state = {
    tab: "overfitting",
    recipe: "too-deep",
    dataset: "digits",
    network,
    training: { epochs: 3, l2: 0.5, max_norm: 2, augmentation: ["flip"], shuffle: false },
    sample: "rocket",
    run: RUN,
    compare: [OTHER],
    snapshot: 4,
    line: "remedies",
    recorded: "few-shapes",
  };

  assert.deepEqual(read(`?${write(state)}`), state);
});

test("a preset is written by its name", () => {
  assert.equal(read("?network=lecture-light").network, "lecture-light");
});

test("what cannot be understood falls back to the start", () => {
  const strange = {
    network: '{"layers": 3}',
    training: '{"epochs": "many", "evil": 1, "augmentation": [1]}',
    run: "../x",
    compare: "a,b",
    snapshot: "-1",
    dataset: "a b",
    sample: "<b>",
  };

  assert.deepEqual(read(`?${new URLSearchParams(strange)}`), DEFAULTS);
  assert.deepEqual(read("?training=%7B"), DEFAULTS);
  assert.deepEqual(read("?training=[1]"), DEFAULTS);
});

test("a network that no page could draw is not taken from an address", () => {
  const dense = { type: "dense", units: 10 };
  const network = (layers, input = [3, 32, 32]) =>
    read(`?network=${encodeURIComponent(JSON.stringify({ input, classes: 10, layers }))}`).network;
  const odd = [
    { type: "residual" },
    { type: "conv2d" },
    { type: "constructor" },
    { type: "dense", units: "x" },
    { type: "conv2d", filters: 4, kernel_size: { a: 1 } },
    { type: "residual", layers: [{}] },
    null,
  ];

  assert.deepEqual(
    odd.map((layer) => network([layer, dense])),
    odd.map(() => null),
  );
  assert.equal(network([dense], ["a", null]), null);
  assert.deepEqual(network([{ type: "conv2d", filters: 4, padding: [1, 0], stride: 2 }, dense]).layers.length, 2);
});

test("a link of which a part is not understood is told from a whole one", () => {
  const broken = [
    "?network=%7Bbad",
    "?dataset=a%20b",
    "?run=nonsense",
    "?training=%7B",
    '?training={"epochs":-1,"l2":1}',
    '?training={"evil":1}',
  ];

  assert.deepEqual(broken.filter(isReadable), []);
  assert.ok(isReadable(""));
  assert.ok(isReadable(`?dataset=digits&network=lecture-light&training={"epochs":3}&run=${RUN}&sample=cat&lang=es`));
});

test("the open run is not compared with itself, and no more than three others are", () => {
  const others = ["a", "b", "c", "d"].map((letter) => letter.repeat(16));

  assert.deepEqual(read(`?run=${RUN}&compare=${[RUN, ...others, others[0]].join(",")}`).compare, others.slice(0, 3));
});

test("a snapshot without its run means nothing", () => {
  assert.equal(read("?snapshot=3").snapshot, null);
});

test("differences are found whatever the order of the fields is", () => {
  assert.deepEqual(differences({ a: 1, b: [1, 2], c: null }, { c: null, b: [1], a: 1 }), { b: [1, 2] });
  assert.ok(isSame({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }));
  assert.ok(!isSame([1, 2], [2, 1]));
});
