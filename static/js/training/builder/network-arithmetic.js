// What a network costs and sees, layer by layer, as app/core/networks/reports: worked out in the page at once, with no
// server.

import { _, fill } from "../../shared/i18n.js";
import { told } from "../../shared/told.js";
import { compile } from "./formulas.js";
import { isFinal, kindOf, product, typeOf } from "./layer-kinds.js";
import { Unfit, outputShape, view } from "./layer-rules.js";
import { joinViews, largestField, lookThrough, startViews } from "./receptive-fields.js";
import { roundHalfEven } from "../../shared/rounding.js";

export { Unfit };

const MEBIBYTE = 1024 * 1024;
const { most: MOST_LAYERS, batch } = told.layers;
const bytesToTrain = compile(told.layers.memory, (name) => (counts) => counts[name]);

/** Names, and shapes before and after, of all layers; blocks have `inside` and maybe a `projection`. Throws Unfit. */
export function trace(shape, layers, counts = new Map(), path = []) {
  return layers.map((layer, index) => {
    const place = [...path, index];
    const traced = at(place, () => traceOne(layer, shape, counts, place));
    shape = traced.after;
    return traced;
  });
}

function traceOne(layer, before, counts, path) {
  const stem = layer[kindOf(layer).named_by] ?? layer.type;
  counts.set(stem, (counts.get(stem) ?? 0) + 1);
  const name = `${stem}_${counts.get(stem)}`;
  const after = outputShape(layer, before);
  if (!layer.layers) return { name, layer, path, before, after };
  const inside = trace(before, layer.layers, counts, path);
  const given = inside.at(-1)?.after ?? before;
  return { name, layer, path, before, after: given, inside, projection: projection(before, given) };
}

/** What a block's input needs to be added to what the block gives; null where they agree. */
function projection(shape, inside) {
  if (shape.join() === inside.join()) return null;
  const stride = inside.length === 3 ? [1, 2].map((axis) => strideFor(shape[axis], inside[axis])) : [0, 0];
  if (stride.includes(0)) {
    throw new Unfit(
      _("it gets %(shape)s and its layers give %(inside)s, which cannot be added: use padding “same” inside", {
        shape: shape.join("×"),
        inside: inside.join("×"),
      }),
    );
  }
  return { type: typeOf("kernels"), filters: inside[0], kernel_size: 1, stride, use_bias: false };
}

function strideFor(before, after) {
  const stride = Math.max(1, Math.ceil(before / after));
  return Math.ceil(before / stride) === after ? stride : 0;
}

/**
 * {layers: [{name, path, layer, before, shape, parameters, statistics, multiplyAdds, receptiveField}], …totals}.
 * Throws Unfit.
 */
export function report({ input, layers }) {
  const rows = [];
  trace(input, layers).reduce((views, traced) => write(rows, traced, views), startViews(input));
  const total = (name) => sum(rows, (row) => row[name]);
  const [parameters, statistics] = [total("parameters"), total("statistics")];
  const outputs = sum(rows, ({ shape }) => product(shape));
  return {
    layers: rows,
    parameters,
    statistics,
    multiplyAdds: total("multiplyAdds"),
    memoryMb: memory(outputs, parameters, statistics),
  };
}

/** Writes the rows of one layer, a block's own before the block's sum; what its units see is given back. */
function write(rows, traced, views, within = "") {
  const { name, layer, before, after, inside, path } = traced;
  if (!inside) return writeRow(rows, within + name, layer, before, after, views, path);
  const block = `${within}${name}/`;
  const seen = inside.reduce((last, inner) => write(rows, inner, last, block), views);
  const shortcut = traced.projection
    ? writeRow(rows, `${block}projection`, traced.projection, before, after, views, null)
    : views;
  const sum = joinViews(seen, shortcut);
  rows.push({
    name: within + name,
    path,
    layer,
    before,
    shape: after,
    parameters: 0,
    statistics: 0,
    multiplyAdds: 0,
    receptiveField: largestField(sum),
  });
  return sum;
}

function writeRow(rows, name, layer, before, after, views, path) {
  const seen = lookThrough(views, view(layer, before), after);
  const { parameters, statistics, multiplyAdds } = kindOf(layer);
  const costs = {
    parameters: parameters(layer, before),
    statistics: statistics(layer, before),
    multiplyAdds: multiplyAdds(layer, before, after),
  };
  rows.push({ name, path, layer, before, shape: after, ...costs, receptiveField: largestField(seen) });
  return seen;
}

/** MiB to train on batches of 128 in float32 with Adam, to one decimal. */
function memory(outputs, parameters, statistics) {
  return roundHalfEven((bytesToTrain({ parameters, statistics, outputs, batch }) * 10) / MEBIBYTE) / 10;
}

/**
 * What is wrong with a network, {path, message}, or null. `limits` are those of the server: {parameters, memory_mb}.
 */
export function faultOf(network, limits = null) {
  try {
    checkRules(network, limits);
    return null;
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    return {
      path: error.path,
      message: fill(error.message, { layer: error.path.map((index) => index + 1).join(".") }),
    };
  }
}

function checkRules(network, limits) {
  const { input, classes, layers } = network;
  const last = layers.length - 1;
  if (count(layers) > MOST_LAYERS) throw new Unfit(_("a network has at most %(count)s layers", { count: MOST_LAYERS }));
  if (!layers.length) throw new Unfit(_("a network has at least one layer"));
  checkSoftmax(layers.slice(0, -1));
  const traced = trace(input, layers);
  const shape = traced.at(-1).after;
  if (shape.join() !== String(classes))
    throw new Unfit(_("the last layer must give %(count)s values, one for each class", { count: classes }), [last]);
  if (classes === 1 && isFinal(layers[last].activation))
    throw new Unfit(_("the softmax of a single value is always 1"), [last]);
  if (limits) checkLimits(traced, limits);
}

/** Costs alone, without what units see: asked many times for each setting that is offered. */
function checkLimits(traced, limits) {
  const all = flat(traced);
  const parameters = sum(all, ({ layer, before }) => kindOf(layer).parameters(layer, before));
  const statistics = sum(all, ({ layer, before }) => kindOf(layer).statistics(layer, before));
  const memoryMb = memory(
    sum(all, ({ after }) => product(after)),
    parameters,
    statistics,
  );
  if (parameters > limits.parameters)
    throw new Unfit(
      _("the network would have more than %(count)s parameters", { count: limits.parameters.toLocaleString() }),
    );
  if (memoryMb > limits.memory_mb)
    throw new Unfit(_("training would take more than %(count)s MB", { count: limits.memory_mb }));
}

/** All layers as rows: a block's own, its projection, and the block itself, which costs nothing but its sum. */
function flat(traced) {
  return traced.flatMap((one) => [
    ...flat(one.inside ?? []),
    ...(one.projection ? [{ layer: one.projection, before: one.before, after: one.after }] : []),
    one,
  ]);
}

function sum(items, value) {
  return items.reduce((total, item) => total + value(item), 0);
}

function checkSoftmax(layers, path = []) {
  layers.forEach((layer, index) => {
    if (isFinal(layer.activation)) throw new Unfit(_("softmax may only be at the very end"), [...path, index]);
    if (layer.layers) checkSoftmax(layer.layers, [...path, index]);
  });
}

function count(layers) {
  return layers.reduce((sum, layer) => sum + 1 + (layer.layers ? count(layer.layers) : 0), 0);
}

/** Runs `work`; an Unfit that knows no place yet is given this one. */
function at(path, work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unfit && !error.path.length) error.path = path;
    throw error;
  }
}
