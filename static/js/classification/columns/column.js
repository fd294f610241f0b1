// A column as the page draws it: of a stage, a block or a layer, which maps stand in it and what is written on it.

import { percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle, layerTitle, shapeText } from "../../shared/layers.js";
import { activity, drawSigned, strongest } from "../../shared/maps.js";
import { probeOf } from "./probes.js";
import { isShownNode, openPath, shownNodes } from "./shown.js";
import { pathTo } from "./tree.js";

const [MOST_MAPS, MOST_UNITS, MOST_OF_A_STAGE] = [16, 10, 8];
const NAMES = { stem: _("stem"), head: _("head"), classes: _("classes") };

/** Columns, and groups {name, title, columns} of what is unfolded. */
export function columnsOf(page) {
  return grouped(page, page.maps.tree, openPath(page));
}

/** Whether a layer has more maps than its column shows at first. */
export function isCut(page) {
  return shownNodes(page).some(({ layer }) => page.layer(layer).shape[0] > mostShown(page, page.layer(layer)));
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

function grouped(page, nodes, path) {
  return nodes
    .filter((node) => isShownNode(page, node))
    .map((node) =>
      path.includes(node)
        ? { name: node.name, title: nodeTitle(node), columns: grouped(page, node.inside, path) }
        : column(page, node),
    );
}

function column(page, node) {
  const layer = page.layer(node.layer);
  const isWhole = page.state.whole === layer.name && countKnown(layer) === layer.shape[0];
  const order = orderOf(page, layer).slice(0, page.state.all || isWhole ? Infinity : mostShown(page, layer));
  return {
    name: node.name,
    layer: layer.name,
    title: columnTitle(page, node, layer),
    numeral: node.kind === "layer" ? "" : numberOf(node.name),
    canUnfold: node.inside !== null,
    isWhole,
    fact: shapeText(layer.shape),
    range: [layer.minimum, layer.maximum],
    probe: probeOf(page, layer.name, titleOf(page, layer.name)),
    shown: order.map((channel) => entry(page, layer, channel)),
    hidden: layer.shape[0] - order.length,
  };
}

/** A sum inside an open block is not called by the block's name again. */
function columnTitle({ maps }, node, { name, role }) {
  if (!maps.isStaged) return layerTitle(name);
  return node.kind === "layer" && role === "sum" ? _("sum") : nodeTitle(node);
}

function countKnown({ maps }) {
  return maps.reduce((count) => count + 1, 0);
}

/** Channels as the server ordered them, or, where all came at once, by number as long as all are shown. */
function orderOf(page, layer) {
  if (layer.order) return layer.order;
  const most = page.state.all ? Infinity : mostShown(page, layer);
  return layer.maps.length <= most
    ? layer.maps.map((_map, index) => index)
    : strongest(layer.maps.map(activity), Infinity);
}

function mostShown({ maps }, { shape }) {
  if (shape.length === 1) return MOST_UNITS;
  return maps.isStaged ? MOST_OF_A_STAGE : MOST_MAPS;
}

function entry(page, layer, channel) {
  const title = channelTitle(layer, channel, page.model.classes);
  const limit = limitOf(page, layer);
  const [map, other] = [layer.maps[channel], layer.others[channel]];
  if (layer.shape.length === 3)
    return { channel, title, map: drawSigned(map, limit), other: other && drawSigned(other, limit) };
  const written = layer.role === "softmax" ? percent : null;
  return {
    channel,
    title,
    values: [map, other].filter(Boolean).map(({ data }) => data[0]),
    limit,
    text: nameUnder(page, layer, title, channel),
    written,
  };
}

/** The last column's cells carry the classes' names; other units their numbers. */
function nameUnder({ model }, layer, title, channel) {
  if (layer.role === "softmax") return title;
  return layer.shape[0] === model.classes.length ? null : String(channel + 1);
}
