// What the page works out for a network, against what app/core/networks/reports does:
// tests/core/networks/test_vectors.py.

import "../../told.mjs";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { faultOf, report } from "../../../../static/js/training/builder/network-arithmetic.js";

const vectors = JSON.parse(readFileSync(new URL("../../../vectors/networks.json", import.meta.url)));

for (const { name, network, report: told } of vectors.cases) {
  test(`the page works out what the server does: ${name}`, () => {
    const worked = report(network);

    assert.deepEqual(
      worked.layers.map((row) => [row.name, row.shape, row.parameters, row.receptiveField, row.multiplyAdds]),
      told.layers.map((row) => [row.name, row.output_shape, row.parameters, row.receptive_field, row.multiply_adds]),
    );
    assert.deepEqual(
      [worked.parameters, worked.statistics, worked.multiplyAdds, worked.memoryMb],
      [told.parameters, told.statistics, told.multiply_adds, told.memory_mb],
    );
    assert.equal(faultOf(network, vectors.limits), null);
  });
}

for (const { name, network, place } of vectors.refused) {
  test(`the page refuses what the server refuses, at the same layer: ${name}`, () => {
    const fault = faultOf(network, vectors.limits);

    assert.notEqual(fault, null);
    assert.equal(fault.path.length ? fault.path.map((index) => `layers.${index}`).join(".") : null, place);
  });
}
