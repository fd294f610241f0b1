// Changes of a network as functions: a network goes in, another comes out. A path is where a layer stands: [2], in a
// block [2, 0].

import { isSame } from "./differences.js";
import { freshLayer, kindOf, roleOf, tidy } from "./layer-kinds.js";
import { faultOf, trace } from "./network-arithmetic.js";

export function layerAt({ layers }, path) {
  return path.reduce((list, index, depth) => (depth < path.length - 1 ? list[index].layers : list[index]), layers);
}

/** The list that a path's layer is in. */
export function listAt({ layers }, path) {
  return path.slice(0, -1).reduce((list, index) => list[index].layers, layers);
}

export function changed(network, path, patch) {
  return edited(network, path, (list, index) => list.splice(index, 1, tidy({ ...list[index], ...patch })));
}

export function removed(network, path) {
  return edited(network, path, (list, index) => list.splice(index, 1));
}

export function inserted(network, path, layer) {
  return edited(network, path, (list, index) => list.splice(index, 0, tidy(layer)));
}

export function duplicated(network, path) {
  return inserted(network, after(path), layerAt(network, path));
}

/** The layer goes to `index` of its own list. */
export function moved(network, path, index) {
  return edited(network, path, (list, from) => list.splice(index, 0, ...list.splice(from, 1)));
}

/** The path of the next place in the same list. */
export function after(path, steps = 1) {
  return [...path.slice(0, -1), path.at(-1) + steps];
}

/** A copy in which one list is edited; the layers beside the way to it are shared. */
function edited(network, [index, ...inner], edit) {
  const layers = [...network.layers];
  if (inner.length) layers[index] = edited(layers[index], inner, edit);
  else edit(layers, index);
  return { ...network, layers };
}

/**
 * Whether a change may be made: it gives a sound network, or one whose first fault comes no earlier than the present
 * one.
 */
export function mayBecome(network, next, limits) {
  const fault = faultOf(next, limits);
  if (!fault) return true;
  const present = faultOf(network, limits);
  return Boolean(present) && order(fault.path) > order(present.path);
}

function order(path) {
  return path.length ? path[0] : -1;
}

/** Places in its own list that a layer may go to. */
export function targetsOf(network, path, limits) {
  const places = [...listAt(network, path).keys()].filter((index) => index !== path.at(-1));
  return places.filter((index) => mayBecome(network, moved(network, path, index), limits));
}

/** The fresh layer of a type for a place, or null where none may come. */
export function addable(network, path, type, limits) {
  if (path.length === 1 && path[0] > headOf(network)) return null;
  const shape = shapeBefore(network, path);
  if (roleOf({ type }) === "unroll" && shape?.length === 1) return null;
  const layer = shape && freshLayer(type, shape);
  return layer && mayBecome(network, inserted(network, path, layer), limits) ? layer : null;
}

/** The last place where a layer of that type may come: {path, layer}, or null. */
export function lastPlaceFor(network, type, limits) {
  for (let index = headOf(network); index >= 0; index -= 1) {
    const layer = addable(network, [index], type, limits);
    if (layer) return { path: [index], layer };
  }
  return null;
}

/** The place of the last dense layer, which gives a value for each class. */
export function headOf({ layers }) {
  const place = layers.findLastIndex((layer) => roleOf(layer) === "weigh");
  return place < 0 ? layers.length : place;
}

function shapeBefore(network, path) {
  try {
    let [shape, list] = [network.input, network.layers];
    for (const index of path.slice(0, -1)) {
      shape = trace(shape, list.slice(0, index)).at(-1)?.after ?? shape;
      list = list[index].layers;
    }
    return trace(shape, list.slice(0, path.at(-1))).at(-1)?.after ?? shape;
  } catch {
    return null;
  }
}

/** Those of `values` that a field may have. */
export function possibleValues(network, path, field, values, limits) {
  return values.filter((value) => mayBecome(network, changed(network, path, { [field]: value }), limits));
}

/** The largest whole number from 1 to `most` that a field may have, where larger ones only cost more. */
export function largestValue(network, path, field, most, limits) {
  let [low, high] = [1, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (mayBecome(network, changed(network, path, { [field]: middle }), limits)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The network for pictures of another size and number of classes: layers are kept; where maps become too small,
 * padding keeps them, and what still does not fit goes.
 */
export function fitTo(network, { input, classes }, limits) {
  if (network.classes === classes && network.input.join() === input.join()) return network;
  const head = headOf(network);
  const layers = network.layers.map((layer, index) =>
    index === head ? { ...layer, [kindOf(layer).formulas.gives]: classes } : layer,
  );
  let fitted = { input, classes, layers };
  if (faultOf(fitted, limits)) fitted = { ...fitted, layers: layers.map(padded) };
  for (
    let fault = faultOf(fitted, limits);
    fault?.path.length && fitted.layers.length > 1;
    fault = faultOf(fitted, limits)
  )
    fitted = removed(fitted, [fault.path[0]]);
  return fitted;
}

/** Whether more than the number of classes was changed so that a network fits. */
export function isRefitted(network, fitted) {
  const head = headOf(network);
  return (
    network.layers.length !== fitted.layers.length ||
    network.layers.some((layer, index) => index !== head && !isSame(layer, fitted.layers[index]))
  );
}

function padded(layer) {
  return roleOf(layer) === "kernels" ? { ...layer, [kindOf(layer).slides.padding]: "same" } : layer;
}
