// Remedies that are layers: dropout before every dense layer, batch normalization after every convolution.

import { tidy } from "./layer-kinds.js";

const NORM = { type: "batch_normalization", epsilon: 1e-5, momentum: 0.9 }; // PyTorch's: trainings here are short

/** The rate of the first dropout layer, or null. */
export function dropoutRate({ layers }) {
  return everyLayer(layers).find(({ type }) => type === "dropout")?.rate ?? (hasDropout(layers) ? 0.5 : null);
}

function hasDropout(layers) {
  return everyLayer(layers).some(({ type }) => type === "dropout");
}

/**
 * All dropout layers with that rate; where there is none, one is put before each dense layer. null takes them all out.
 */
export function withDropout(network, rate) {
  if (rate === null) return { ...network, layers: without(network.layers, "dropout") };
  if (hasDropout(network.layers))
    return {
      ...network,
      layers: mapped(network.layers, (layer) => (layer.type === "dropout" ? tidy({ ...layer, rate }) : layer)),
    };
  return {
    ...network,
    layers: network.layers.flatMap((layer) =>
      layer.type === "dense" ? [tidy({ type: "dropout", rate }), layer] : [layer],
    ),
  };
}

/** How many batch normalizations there are. */
export function countNorms({ layers }) {
  return everyLayer(layers).filter(({ type }) => type === "batch_normalization").length;
}

/**
 * A batch normalization after each convolution that has none, before its activation, which becomes a layer of its own.
 */
export function withNorms(network) {
  return { ...network, layers: normalized(network.layers) };
}

function normalized(layers) {
  return layers.flatMap((layer, index) => {
    if (layer.type === "residual") return [{ ...layer, layers: normalized(layer.layers) }];
    if (layer.type !== "conv2d" || isNormalized(layers, index)) return [layer];
    const { activation = "none", ...bare } = layer;
    return [
      tidy({ ...bare, use_bias: false }),
      NORM,
      ...(activation === "none" ? [] : [{ type: "activation", activation }]),
    ];
  });
}

function isNormalized(layers, index) {
  const next = layers.slice(index + 1).find(({ type }) => !type.includes("pooling"));
  return next?.type === "batch_normalization";
}

/** Without any; activations that follow a convolution directly go back into it, and it gets its bias back. */
export function withoutNorms(network) {
  return { ...network, layers: bare(network.layers) };
}

function bare(layers) {
  const kept = layers.filter(({ type }) => type !== "batch_normalization");
  const merged = [];
  for (const layer of kept) {
    const last = merged.at(-1);
    if (layer.type === "residual") merged.push({ ...layer, layers: bare(layer.layers) });
    else if (layer.type === "activation" && last?.type === "conv2d" && (last.activation ?? "none") === "none")
      merged[merged.length - 1] = tidy({ ...last, activation: layer.activation });
    else merged.push(layer.type === "conv2d" ? tidy({ ...layer, use_bias: true }) : layer);
  }
  return merged;
}

function without(layers, type) {
  return layers
    .filter((layer) => layer.type !== type)
    .map((layer) => (layer.layers ? { ...layer, layers: without(layer.layers, type) } : layer));
}

function mapped(layers, change) {
  return layers.map((layer) => change(layer.layers ? { ...layer, layers: mapped(layer.layers, change) } : layer));
}

function everyLayer(layers) {
  return layers.flatMap((layer) => [layer, ...(layer.layers ? everyLayer(layer.layers) : [])]);
}
