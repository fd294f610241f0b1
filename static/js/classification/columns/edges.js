// Which maps feed a map, and how strongly: the sum of the kernel between them, as a share of the layer's largest.

import { explainUnit, readFilters } from "../../api.js";
import { isShown } from "./shown.js";

const ALONG = ["normalize", "function", "scale", "pad", "pool", "global_pool"]; // go on map by map

export class Edges {
  #page;
  #filters = new Map();

  constructor(page) {
    this.#page = page;
  }

  /** [{layer, channel, strength}]: strength from -1 to 1, or null where a map goes on without a weight. */
  async to({ layer: name, channel }) {
    const layer = this.#page.layer(name);
    const froms = layer?.from ?? [];
    if (froms.length === 0) return [];
    if (layer.role === "kernels") return this.#weighted(layer, channel, froms[0]);
    if (layer.role === "weigh") return this.#dense(layer, channel, froms[0]);
    if (layer.role === "softmax") return this.#all(froms[0]);
    if (layer.role === "unroll") return this.#flattened(channel, froms[0]);
    return froms.map((from) => ({ layer: from, channel, strength: null }));
  }

  /**
   * The same, seen through layers that have no column: one that goes on map by map passes its maps on, flattening lays
   * them out, and at most one sum lies on the way. None where more than that is folded in between.
   */
  async shown(place) {
    let sources = await this.to(place);
    while (sources.length && !this.#isThere(sources[0])) {
      const layer = this.#page.layer(sources[0].layer);
      if (sources.length === 1 && sources[0].strength === null) sources = await this.to(sources[0]);
      else if (ALONG.includes(layer.role) || layer.role === "unroll") sources = this.#through(layer, sources);
      else return [];
    }
    return sources;
  }

  #isThere({ layer }) {
    return isShown(this.#page, this.#page.layer(layer));
  }

  #through(layer, sources) {
    const [from] = layer.from;
    const [, height = 1, width = 1] = layer.role === "unroll" ? this.#page.layer(from).shape : [];
    const sums = new Map();
    for (const { channel, strength } of sources) {
      const map = Math.floor(channel / (height * width));
      sums.set(map, strength === null ? null : (sums.get(map) ?? 0) + strength);
    }
    const most = [...sums.values()].reduce((largest, value) => Math.max(largest, Math.abs(value ?? 1)), 0) || 1;
    return [...sums].map(([channel, strength]) => ({
      layer: from,
      channel,
      strength: strength === null ? null : strength / most,
    }));
  }

  async #weighted({ name }, channel, from) {
    const strengths = await this.#strengths(name);
    if (!strengths) return this.#all(from);
    const most = strengths.flat().reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
    const inputs = strengths[channel].length;
    const groups = Math.max(1, Math.floor((this.#page.layer(from)?.shape[0] ?? inputs) / inputs));
    const first = Math.floor((channel * groups) / strengths.length) * inputs; // of the maps that its group is given
    return strengths[channel].map((value, index) => ({ layer: from, channel: first + index, strength: value / most }));
  }

  /** The sums of a layer's kernels, asked for once. */
  #strengths(layer) {
    const key = `${this.#page.model.name} ${layer}`;
    if (!this.#filters.has(key))
      this.#filters.set(
        key,
        readFilters(this.#page.model.name, layer).then(sums, () => null),
      );
    return this.#filters.get(key);
  }

  #all(from) {
    const count = this.#page.layer(from)?.shape[0] ?? 0;
    return Array.from({ length: count }, (_map, channel) => ({ layer: from, channel, strength: null }));
  }

  #flattened(unit, from) {
    const shape = this.#page.layer(from)?.shape ?? [1, 1, 1];
    return [{ layer: from, channel: Math.floor(unit / (shape[1] * shape[2])), strength: null }];
  }

  /** The terms that weigh most, by their products. */
  async #dense({ name }, channel, from) {
    const { model, source, pictureFields } = this.#page;
    const told = await explainUnit(model.name, source, { ...pictureFields, layer: name, channel, x: 0, y: 0 }).catch(
      () => ({ inputs: [] }),
    );
    const most = told.inputs.reduce((largest, { product }) => Math.max(largest, Math.abs(product)), 0) || 1;
    return told.inputs.map(({ index, product }) => ({ layer: from, channel: index, strength: product / most }));
  }
}

function sums({ strengths, kernels }) {
  const sum = (rows) => rows.flat(Infinity).reduce((total, weight) => total + weight, 0);
  return strengths ?? kernels?.map((inputs) => inputs.map(sum)) ?? null;
}
