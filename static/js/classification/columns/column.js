// A column as the page draws it: of a stage, a block or a layer, which maps stand in it and what is written on it.

import { _ } from "../../shared/i18n.js";
import { channelTitle, layerTitle } from "../../shared/layers.js";
import { activity, drawSigned, strongest } from "../../shared/maps.js";
import { probeOf } from "./probes.js";
import { shownColumns, shownParts } from "./shown.js";
import { pathTo } from "./tree.js";

const MOST_SHOWN = 8;
const NAMES = { stem: _("stem"), head: _("head"), classes: _("classes") };

/** {extractor, classifier}: columns, and groups {name, title, columns} of what is unfolded; rows of values classify. */
export function columnsOf(page) {
  const parts = shownParts(page).map((part) => drawn(page, part));
  const first = parts.findIndex(({ isRow }) => isRow);
  const end = first < 0 ? parts.length : first;
  return { extractor: parts.slice(0, end), classifier: parts.slice(end) };
}

/** Whether a layer has more maps than its column shows at first. */
export function isCut(page) {
  return shownColumns(page).some(({ layer }) => page.layer(layer).shape[0] > MOST_SHOWN);
}

/** The end of a layer's color scale. */
export function limitOf({ state, maps }, layer) {
  return state.scale === "all" ? Math.max(...maps.layers.map(({ limit }) => limit ?? 0)) : layer.limit;
}

/** A layer's name: of what stands for a stage or a block, theirs, where that is what the columns show. */
export function titleOf({ maps }, name) {
  if (!maps.isStaged) return layerTitle(name);
  const nodes = pathTo(maps.tree, name);
  const end = nodes.findIndex(({ layer }) => layer === name);
  if (end < 0 || nodes[end].kind === "layer") return layerTitle(name.split("/").at(-1));
  return nodes
    .slice(0, end + 1)
    .map(nodeTitle)
    .join(", ");
}

/** "stage 3", "block 2", "conv 7": a node by itself. */
export function nodeTitle({ name, kind, layer }) {
  if (Object.hasOwn(NAMES, kind)) return NAMES[kind];
  if (kind === "stage" || kind === "row") return _("stage %(number)s", { number: numberOf(name) });
  if (kind === "block") return _("block %(number)s", { number: numberOf(name) });
  return layerTitle(layer.split("/").at(-1));
}

function numberOf(name) {
  return name.match(/\d*$/)[0];
}

function drawn(page, part) {
  if (!part.parts) return column(page, part);
  const columns = part.parts.map((inner) => drawn(page, inner));
  return { name: part.node.name, title: nodeTitle(part.node), columns, isRow: columns.every(({ isRow }) => isRow) };
}

function column(page, { node, layer: name, layers }) {
  const layer = page.layer(name);
  const isWhole = page.state.whole === layer.name && countKnown(layer) === layer.shape[0];
  const channels = channelsOf(page, layer, isWhole);
  return {
    name: node.name,
    layer: layer.name,
    layers,
    title: columnTitle(page, node, page.layer(layers[0])),
    more: layers.length > 1 && node.kind === "layer" ? `+ ${kindTitle(layer.name)}` : "",
    numeral: numberOf(node.kind === "layer" ? layers[0] : node.name),
    canUnfold: node.inside !== null,
    isWhole,
    isRow: layer.shape.length === 1,
    probe: probeOf(page, layer.name, titleOf(page, layer.name)),
    shown: channels.map((channel) => entry(page, layer, channel)),
    hidden: layer.shape[0] - channels.length,
  };
}

/** "ReLU" for relu_2, without its number. */
function kindTitle(name) {
  return layerTitle(name.split("/").at(-1).replace(/_\d+$/, ""));
}

/** A sum inside an open block is not called by the block's name again. */
function columnTitle({ maps }, node, { name, role }) {
  if (!maps.isStaged) return layerTitle(name);
  if (node.kind !== "layer") return nodeTitle(node);
  return role === "sum" ? _("sum") : layerTitle(name.split("/").at(-1));
}

function countKnown({ maps }) {
  return maps.reduce((count) => count + 1, 0);
}

/**
 * Which maps, from above: those that the photo excites most, by their numbers, so that they keep their places while it
 * changes; a wall of all of them, and those in which two photos differ, begin with the strongest.
 */
function channelsOf(page, layer, isWhole) {
  const order = layer.order ?? strongest(layer.maps.map(activity), Infinity);
  if (page.state.all && !page.maps.isStaged) return order.toSorted((one, other) => one - other);
  if (isWhole) return order;
  const few = order.slice(0, MOST_SHOWN);
  return page.maps.isPair ? few : few.toSorted((one, other) => one - other);
}

function entry(page, layer, channel) {
  const title = channelTitle(layer, channel, page.model.classes);
  const limit = limitOf(page, layer);
  const [map, other] = [layer.maps[channel], layer.others[channel]];
  if (layer.shape.length === 3)
    return { channel, title, map: drawSigned(map, limit), other: other && drawSigned(other, limit) };
  const values = [map, other].filter(Boolean).map(({ data }) => data[0]);
  return { channel, title, values, limit };
}
