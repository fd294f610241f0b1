// What the columns unfold into, from the server's description of a network alone.

import "../told.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";

import { cut, isDeep, layersOf, pathTo, treeOf } from "../../../static/js/classification/columns/tree.js";

const layer = (name, from, shape = [4, 8, 8]) => ({
  name,
  type: name.split("/").at(-1).replace(/_\d+$/, ""),
  from: [from],
  output_shape: shape,
});

/** Two stages: a convolution, then two blocks, the first of two layers; dropout before the end. */
const MODEL = {
  input: [3, 8, 8],
  classes: ["cat", "dog"],
  layers: [
    layer("conv2d_1", "input"),
    layer("conv2d_2", "conv2d_1"),
    layer("batch_normalization_1", "conv2d_2"),
    layer("conv2d_3", "batch_normalization_1"),
    layer("dropout_1", "conv2d_3"),
    layer("dense_1", "dropout_1", [2]),
  ],
  stages: [
    { name: "input", kind: "input", layer: "input", blocks: [] },
    { name: "stem", kind: "stem", layer: "conv2d_1", blocks: [{ name: "stem/block_1", layers: ["conv2d_1"] }] },
    {
      name: "stage_1",
      kind: "stage",
      layer: "conv2d_3",
      blocks: [
        { name: "stage_1/block_1", layer: "batch_normalization_1", layers: ["conv2d_2", "batch_normalization_1"] },
        { name: "stage_1/block_2", layer: "conv2d_3", layers: ["conv2d_3"] },
      ],
    },
    {
      name: "classes",
      kind: "classes",
      layer: "softmax",
      blocks: [{ name: "classes/block_1", layer: "softmax", layers: ["dense_1", "softmax"] }],
    },
  ],
};
const names = (nodes) => nodes.map(({ name }) => name);

test("a small network's columns are its layers, those that pass all on left out", () => {
  assert.deepEqual(names(treeOf(MODEL)), [
    "input",
    "conv2d_1",
    "conv2d_2",
    "batch_normalization_1",
    "conv2d_3",
    "dense_1",
    "softmax",
  ]);
});

test("what feeds a layer is found through those that pass all on", () => {
  const from = Object.fromEntries(layersOf(MODEL).map(({ name, from }) => [name, from]));

  assert.deepEqual(from.dense_1, ["conv2d_3"]);
  assert.deepEqual(from.softmax, ["dense_1"]);
});

test("a network is deep when it has more maps than can be looked over, steps in between not counted", () => {
  const more = (type) => ({
    ...MODEL,
    layers: Array.from({ length: 17 }, (_layer, index) => layer(`${type}_${index}`, "input", [32, 8, 8])),
  });

  assert.equal(isDeep(MODEL), false);
  assert.equal(isDeep(more("conv2d")), true);
  assert.equal(isDeep(more("batch_normalization")), false);
});

test("a stage unfolds into its blocks and a block into its layers; a stage of one block at once", () => {
  const tree = treeOf(MODEL, { isStaged: true });

  assert.deepEqual(names(cut(tree, [])), ["input", "stem", "stage_1", "classes"]);
  assert.deepEqual(names(cut(tree, pathTo(tree, "stage_1"))), [
    "input",
    "stem",
    "stage_1/block_1",
    "stage_1/block_2",
    "classes",
  ]);
  assert.deepEqual(names(cut(tree, pathTo(tree, "stage_1/block_1"))), [
    "input",
    "stem",
    "conv2d_2",
    "batch_normalization_1",
    "stage_1/block_2",
    "classes",
  ]);
  assert.deepEqual(names(cut(tree, pathTo(tree, "classes"))), ["input", "stem", "stage_1", "dense_1", "softmax"]);
});

test("a layer's path leads through what holds it; a name that is none leads nowhere", () => {
  const tree = treeOf(MODEL, { isStaged: true });

  assert.deepEqual(names(pathTo(tree, "conv2d_2")), ["stage_1", "stage_1/block_1", "conv2d_2"]);
  assert.deepEqual(names(pathTo(tree, "conv2d_3")), ["stage_1", "stage_1/block_2"]);
  assert.deepEqual(pathTo(tree, "nothing"), []);
});
