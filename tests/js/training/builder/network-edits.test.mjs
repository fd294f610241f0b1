// Changes of a network: what may come where, moves, fitting to other pictures, remedies that are layers.

import "../../told.mjs";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { EditHistory } from "../../../../static/js/training/builder/edit-history.js";
import { tidy } from "../../../../static/js/training/builder/layer-kinds.js";
import { faultOf, report } from "../../../../static/js/training/builder/network-arithmetic.js";
import {
  addable,
  changed,
  duplicated,
  fitTo,
  isRefitted,
  inserted,
  largestValue,
  lastPlaceFor,
  moved,
  possibleValues,
  removed,
  targetsOf,
} from "../../../../static/js/training/builder/network-edits.js";
import {
  countNorms,
  dropoutRate,
  withDropout,
  withNorms,
  withoutNorms,
} from "../../../../static/js/training/builder/network-remedies.js";

const { cases, limits } = JSON.parse(readFileSync(new URL("../../../vectors/networks.json", import.meta.url)));
const named = (name) => cases.find((entry) => entry.name === name).network;
const light = named("lecture-light");

test("a tidied layer is written as the server writes it", () => {
  for (const { network } of cases) assert.deepEqual(network.layers.map(tidy), network.layers);

  assert.deepEqual(
    tidy({
      type: "conv2d",
      filters: 8,
      kernel_size: [3, 3],
      stride: 2,
      padding: "valid",
      use_bias: true,
      activation: "relu",
    }),
    { type: "conv2d", filters: 8, stride: 2, activation: "relu" },
  );
});

test("only layers that fit may come to a place", () => {
  const offered = (path) =>
    ["conv2d", "max_pooling2d", "flatten", "dense", "dropout", "residual"].filter((type) =>
      addable(light, path, type, limits),
    );

  assert.deepEqual(offered([1]), ["conv2d", "max_pooling2d", "dropout", "residual"]);
  assert.deepEqual(offered([4]), ["dense", "dropout"]);
  assert.deepEqual(offered([6]), []);
});

test("a layer is added at the last place where it may stand", () => {
  assert.deepEqual(lastPlaceFor(light, "conv2d", limits), {
    path: [3],
    layer: { type: "conv2d", filters: 16, activation: "relu" },
  });
  assert.deepEqual(lastPlaceFor(light, "dense", limits).path, [5]);
});

test("a layer goes only where the network stays whole", () => {
  assert.deepEqual(targetsOf(light, [0], limits), [1, 2]);
  assert.deepEqual(targetsOf(light, [3], limits), []);
  assert.deepEqual(targetsOf(withDropout(light, 0.5), [6], limits), [0, 1, 2, 3, 4, 5]);
  assert.equal(moved(changed(light, [0], { filters: 9 }), [0], 2).layers[2].filters, 9);
});

test("ends of settings are the last that fit", () => {
  const sides = possibleValues(light, [2], "kernel_size", [1, 3, 28, 29], limits);
  const units = largestValue(light, [4], "units", 1_000_000, limits);

  assert.deepEqual(sides, [1, 3, 28]);
  assert.equal(faultOf(changed(light, [4], { units }), limits), null);
  assert.notEqual(faultOf(changed(light, [4], { units: units + 1 }), limits), null);
});

test("changes inside a block leave the rest as it is", () => {
  const network = named("residual");
  const block = network.layers.findIndex(({ type }) => type === "residual");
  const wider = changed(network, [block, 0], { kernel_size: 5 });

  assert.equal(wider.layers[block].layers[0].kernel_size, 5);
  assert.equal(faultOf(wider, limits), null);
  assert.equal(network.layers[block].layers[0].kernel_size, undefined);
  assert.deepEqual(removed(duplicated(network, [block, 2]), [block, 3]), network);
});

test("a broken network may only be mended", () => {
  const broken = removed(light, [3]);
  const flatten = addable(broken, [3], "flatten", limits);

  assert.deepEqual(inserted(broken, [3], flatten), light);
  assert.equal(addable(broken, [1], "flatten", limits), null);
});

test("every preset is fitted to every data set's pictures", () => {
  for (const { network } of cases.slice(0, 6)) {
    for (const [input, classes] of [
      [[1, 8, 8], 10],
      [[3, 32, 32], 8],
      [[1, 28, 28], 10],
      [[3, 32, 32], 2],
    ]) {
      const fitted = fitTo(network, { input, classes }, limits);

      assert.equal(faultOf(fitted, limits), null);
      assert.deepEqual([fitted.input, fitted.classes], [input, classes]);
    }
  }
  assert.deepEqual(
    fitTo(light, { input: [3, 32, 32], classes: 8 }, limits).layers.slice(0, -1),
    light.layers.slice(0, -1),
  );
});

test("what had to be changed so that it fits is not the same network", () => {
  const fitted = (input) => fitTo(light, { input, classes: 7 }, limits);

  assert.equal(isRefitted(light, fitted([3, 32, 32])), false);
  assert.equal(isRefitted(light, fitted([1, 28, 28])), false);
  assert.equal(isRefitted(light, fitted([1, 4, 4])), true);
});

test("dropout comes before every dense layer, changes, and goes", () => {
  const once = withDropout(light, 0.5);

  assert.deepEqual(
    once.layers.slice(3).map(({ type }) => type),
    ["flatten", "dropout", "dense", "dropout", "dense"],
  );
  assert.deepEqual([once.layers.at(-2), dropoutRate(once)], [{ type: "dropout" }, 0.5]);
  assert.equal(dropoutRate(withDropout(once, 0.2)), 0.2);
  assert.deepEqual(withDropout(once, null), light);
});

test("batch normalization comes after each convolution, before its activation, and goes again", () => {
  const normal = withNorms(light);

  assert.deepEqual(
    normal.layers.slice(0, 3).map(({ type }) => type),
    ["conv2d", "batch_normalization", "activation"],
  );
  assert.deepEqual([countNorms(normal), faultOf(normal, limits)], [3, null]);
  assert.deepEqual(withoutNorms(normal), light);
  assert.deepEqual(withNorms(named("residual")), named("residual"));
  assert.ok(report(withoutNorms(named("strong"))).statistics === 0);
});

test("what was done is undone and done again; a slider's way is one step", () => {
  const history = new EditHistory({ units: 1 });
  [2, 3, 4].forEach((units, index) => history.note({ units }, 1000 + index));
  history.note({ units: 9 }, 9000);

  assert.deepEqual([history.undo(), history.undo(), history.undo()], [{ units: 4 }, { units: 1 }, null]);
  assert.deepEqual([history.redo(), history.canRedo], [{ units: 4 }, true]);
  history.note({ units: 5 }, 20000);
  assert.deepEqual([history.canRedo, history.undo()], [false, { units: 4 }]);
});
