// Whether a value has the form of a network. Whether it can be built is for network-arithmetic and the server to say.

import { isKind, kindOf } from "./layer-kinds.js";

const isCount = (value) => isFrom(1, value);
const isFrom = (low, value) => Number.isSafeInteger(value) && value >= low;
const isPair = (value) => Array.isArray(value) && value.length === 2;
const areSides = (low, value) => (isPair(value) ? value : [value]).every((side) => isFrom(low, side));

/** By the kind of field, which tells its own limits. */
const CHECKS = {
  whole: ({ low }, value) => isFrom(low, value),
  sides: ({ low }, value) => areSides(low, value),
  padding: ({ choices }, value) => choices.includes(value) || areSides(0, value),
  choice: ({ choices }, value) => choices.includes(value),
  flag: (_field, value) => typeof value === "boolean",
  number: ({ low, below }, value) => Number.isFinite(value) && value >= low && value < below,
  layers: (_field, value) => Array.isArray(value) && value.length > 0 && value.every(isLayer),
};

/** {input: [channels, height, width], classes, layers}. */
export function isNetwork(value) {
  return (
    Array.isArray(value?.input) &&
    value.input.length === 3 &&
    value.input.every(isCount) &&
    isCount(value.classes) &&
    Array.isArray(value.layers) &&
    value.layers.every(isLayer)
  );
}

function isLayer(layer) {
  return isKind(layer?.type) && [...kindOf(layer).fields.values()].every((field) => isSound(field, layer[field.name]));
}

/** A field may be left out, or null, where it has a default. */
function isSound(field, value) {
  if (value === undefined) return field.default !== undefined;
  return (value === null && field.default === null) || CHECKS[field.kind](field, value);
}
