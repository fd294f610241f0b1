// What the columns unfold into, from the server's description of a network alone.

import "../told.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";

import { shownColumns } from "../../../static/js/classification/columns/shown.js";
import { isDeep, layersOf, pathTo, treeOf } from "../../../static/js/classification/columns/tree.js";

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

/** A page that shows the network, with what is open. */
const page = (isStaged, state) => {
  const named = new Map(layersOf(MODEL).map((layer) => [layer.name, layer]));
  const maps = { tree: treeOf(MODEL, { isStaged }), named, has: () => true };
  return { maps, state: { open: null, layer: null, steps: false, ...state }, layer: (name) => named.get(name) };
};
const columns = (...args) => shownColumns(page(...args)).map(({ node }) => node.name);

test("a stage unfolds into its blocks and a block into its layers; the classes are rows, not columns", () => {
  assert.deepEqual(columns(true, {}), ["input", "stem", "stage_1"]);
  assert.deepEqual(columns(true, { open: "stage_1" }), ["input", "stem", "stage_1/block_1", "stage_1/block_2"]);
  assert.deepEqual(columns(true, { open: "stage_1/block_1", steps: true }), [
    "input",
    "stem",
    "conv2d_2",
    "batch_normalization_1",
    "stage_1/block_2",
  ]);
});

test("what goes on map by map stands in one column with the layer before, every step in its own if wished", () => {
  assert.deepEqual(
    shownColumns(page(false, {})).map(({ layer, layers }) => [layer, layers]),
    [
      ["input", ["input"]],
      ["conv2d_1", ["conv2d_1"]],
      ["batch_normalization_1", ["conv2d_2", "batch_normalization_1"]], // what the next layer reads
      ["conv2d_3", ["conv2d_3"]],
    ],
  );
  assert.deepEqual(columns(false, { steps: true }), [
    "input",
    "conv2d_1",
    "conv2d_2",
    "batch_normalization_1",
    "conv2d_3",
  ]);
});

test("a layer's path leads through what holds it; a name that is none leads nowhere", () => {
  const tree = treeOf(MODEL, { isStaged: true });

  assert.deepEqual(names(pathTo(tree, "conv2d_2")), ["stage_1", "stage_1/block_1", "conv2d_2"]);
  assert.deepEqual(names(pathTo(tree, "conv2d_3")), ["stage_1", "stage_1/block_2"]);
  assert.deepEqual(pathTo(tree, "nothing"), []);
});
