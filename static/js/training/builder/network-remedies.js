// Remedies that are layers: dropout before every dense layer, batch normalization after every convolution.

import { fieldOf, freshLayer, roleOf, tidy, typeOf } from "./layer-kinds.js";

/** The rate of the first dropout layer, or null. */
export function dropoutRate({ layers }) {
  const first = everyLayer(layers).find(isDropout);
  return first ? fieldOf(first, "rate") : null;
}

/**
 * All dropout layers with that rate; where there is none, one is put before each dense layer. null takes them all out.
 */
export function withDropout(network, rate) {
  if (rate === null) return { ...network, layers: without(network.layers, isDropout) };
  if (everyLayer(network.layers).some(isDropout))
    return {
      ...network,
      layers: mapped(network.layers, (layer) => (isDropout(layer) ? tidy({ ...layer, rate }) : layer)),
    };
  return {
    ...network,
    layers: network.layers.flatMap((layer) =>
      roleOf(layer) === "weigh" ? [tidy({ type: typeOf("pass"), rate }), layer] : [layer],
    ),
  };
}

/** How many batch normalizations there are. */
export function countNorms({ layers }) {
  return everyLayer(layers).filter(isNorm).length;
}

/** Whether there is a convolution to normalize after. */
export function hasConvolution({ layers }) {
  return everyLayer(layers).some(isConvolution);
}

/**
 * A batch normalization after each convolution that has none, before its activation, which becomes a layer of its own.
 */
export function withNorms(network) {
  return { ...network, layers: normalized(network.layers) };
}

function normalized(layers) {
  return layers.flatMap((layer, index) => {
    if (layer.layers) return [{ ...layer, layers: normalized(layer.layers) }];
    if (!isConvolution(layer) || isNormalized(layers, index)) return [layer];
    const { activation = "none", ...bare } = layer;
    return [
      tidy({ ...bare, use_bias: false }),
      freshLayer(typeOf("normalize")),
      ...(activation === "none" ? [] : [{ type: typeOf("function"), activation }]),
    ];
  });
}

function isNormalized(layers, index) {
  const next = layers.slice(index + 1).find((layer) => !roleOf(layer).includes("pool"));
  return Boolean(next && isNorm(next));
}

/** Without any; activations that follow a convolution directly go back into it, and it gets its bias back. */
export function withoutNorms(network) {
  return { ...network, layers: bare(network.layers) };
}

function bare(layers) {
  const kept = layers.filter((layer) => !isNorm(layer));
  const merged = [];
  for (const layer of kept) {
    const last = merged.at(-1);
    if (layer.layers) merged.push({ ...layer, layers: bare(layer.layers) });
    else if (roleOf(layer) === "function" && last && isConvolution(last) && fieldOf(last, "activation") === "none")
      merged[merged.length - 1] = tidy({ ...last, activation: layer.activation });
    else merged.push(isConvolution(layer) ? tidy({ ...layer, use_bias: true }) : layer);
  }
  return merged;
}

function without(layers, isOut) {
  return layers
    .filter((layer) => !isOut(layer))
    .map((layer) => (layer.layers ? { ...layer, layers: without(layer.layers, isOut) } : layer));
}

function mapped(layers, change) {
  return layers.map((layer) => change(layer.layers ? { ...layer, layers: mapped(layer.layers, change) } : layer));
}

function everyLayer(layers) {
  return layers.flatMap((layer) => [layer, ...(layer.layers ? everyLayer(layer.layers) : [])]);
}

function isDropout(layer) {
  return roleOf(layer) === "pass";
}

function isNorm(layer) {
  return roleOf(layer) === "normalize";
}

function isConvolution(layer) {
  return roleOf(layer) === "kernels";
}
