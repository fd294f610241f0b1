// Whether a value has the form of a network. Whether it can be built is for network-arithmetic and the server to say.

import { activationsOf, isKind } from "./layer-kinds.js";

const isCount = (value) => Number.isSafeInteger(value) && value >= 1;
const isSide = (value) => isCount(value) || (isPair(value) && value.every(isCount));
const isShare = (value) => Number.isFinite(value) && value >= 0 && value < 1;
const isPair = (value) => Array.isArray(value) && value.length === 2;
const isZeros = (value) =>
  [value].flat().every((zeros) => Number.isSafeInteger(zeros) && zeros >= 0) &&
  (isPair(value) || !Array.isArray(value));

const FIELDS = {
  filters: isCount,
  units: isCount,
  kernel_size: isSide,
  pool_size: isSide,
  stride: isSide,
  padding: (value) => value === "valid" || value === "same" || isZeros(value),
  activation: (value) => activationsOf("dense", true).includes(value),
  use_bias: (value) => typeof value === "boolean",
  rate: isShare,
  momentum: isShare,
  epsilon: (value) => Number.isFinite(value) && value >= 0,
  layers: (value) => Array.isArray(value) && value.length > 0 && value.every(isLayer),
};
const NEEDED = { conv2d: ["filters"], dense: ["units"], activation: ["activation"], residual: ["layers"] };

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
  if (!isKind(layer?.type)) return false;
  const isSound = ([name, test]) =>
    layer[name] === undefined || (layer[name] === null && name === "stride") || test(layer[name]);
  return (NEEDED[layer.type] ?? []).every((name) => layer[name] !== undefined) && Object.entries(FIELDS).every(isSound);
}
