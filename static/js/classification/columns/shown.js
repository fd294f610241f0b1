// Which columns there are: the cut through the network's tree that is open. Where room is short, what goes on map by
// map stands in one column with the layer that it follows. The answer's two layers have rows instead (answer-rows.js).

import { IN_BETWEEN, pathTo } from "./tree.js";

const MOST_COLUMNS = 12; // beside the classes, on a screen of 1280 pixels
const ALWAYS = ["normalize", "pad"]; // roles that are folded into the layer before them, from the first to need room
const ALONG = [...ALWAYS, "function", "scale"];
const FOLDED = [ALWAYS, ALONG, [...ALONG, "pool"]];

/** The open nodes, from the outermost to the innermost, as far as their columns have come. */
export function openPath({ maps, state }) {
  const path = pathTo(maps.tree, state.open).filter(({ inside }) => inside);
  const missing = path.findIndex(({ name }) => !maps.has(name));
  return missing < 0 ? path : path.slice(0, missing);
}

/**
 * From left to right {node, layer, layers}: a column, the layer whose maps stand in it and all that it stands for; or
 * {node, parts}: what is unfolded.
 */
export function shownParts(page) {
  return showsAllSteps(page) ? partsOf(page, null) : foldedParts(page);
}

/** All columns. */
export function shownColumns(page) {
  return shownParts(page).flatMap(flat);
}

/** The column that stands for a layer; null where that is inside of what is folded, or among the answer's rows. */
export function columnOf(page, name) {
  return shownColumns(page).find(({ layers }) => layers.includes(name)) ?? null;
}

/** The layer whose numbers softmax makes the answer's probabilities of, and softmax. */
export function answerLayers({ maps }) {
  return [maps.named.get("softmax").from[0], "softmax"];
}

/** Whether a layer's maps or numbers stand on the page. */
export function isShown(page, { name }) {
  return answerLayers(page).includes(name) || shownColumns(page).some(({ layer }) => layer === name);
}

/** Whether every step is shown: wished, or because one is open that no column stands for. */
export function showsAllSteps(page) {
  const { steps, layer } = page.state;
  const isStep = IN_BETWEEN.includes(page.maps.named.get(layer)?.role);
  return (
    steps ||
    (isStep &&
      !foldedParts(page)
        .flatMap(flat)
        .some(({ layers }) => layers.includes(layer)))
  );
}

/** What unfolds so that a layer has its column; null where it has one. */
export function keeperOf(page, name) {
  if (answerLayers(page).includes(name) || columnOf(page, name)) return null;
  const path = pathTo(page.maps.tree, name);
  return path.findLast(({ inside }) => inside)?.name ?? null;
}

function flat(part) {
  return part.parts ? part.parts.flatMap(flat) : [part];
}

/** Folded as little as room allows. */
function foldedParts(page) {
  const folded = FOLDED.map((along) => partsOf(page, along));
  return folded.find((parts) => parts.flatMap(flat).length <= MOST_COLUMNS) ?? folded.at(-1);
}

/** `along` are the roles that are folded; null shows every step. */
function partsOf(page, along, nodes = page.maps.tree, path = openPath(page)) {
  const parts = [];
  for (const node of nodes) {
    if (node.kind === "classes") parts.push(...partsOf(page, along, node.inside ?? [], path));
    else if (path.includes(node)) parts.push({ node, parts: partsOf(page, along, node.inside, path) });
    else if (node.kind !== "layer") parts.push({ node, layer: node.layer, layers: chainTo(page, node.layer, along) });
    else addLayer(page, along, parts, node);
  }
  return parts;
}

function addLayer(page, along, parts, node) {
  const layer = page.layer(node.layer);
  if (answerLayers(page).includes(layer.name)) return;
  const before = parts.at(-1);
  if (along?.includes(layer.role) && before?.node.kind === "layer" && goesOn(page, before.layers.at(-1), layer))
    parts[parts.length - 1] = folded(page, before.node, [...before.layers, layer.name]);
  else if (along === null || !IN_BETWEEN.includes(layer.role))
    parts.push({ node, layer: layer.name, layers: [layer.name] });
}

/** Maps behind an activation, which the next layer reads, stand for what is folded; pools only make them small. */
function folded(page, node, layers) {
  const role = (name) => page.layer(name).role;
  const curve = layers.findLast((name) => role(name) === "function");
  return {
    node,
    layers,
    layer: curve ?? layers.findLast((name) => !["pool", "pad"].includes(role(name))) ?? layers[0],
  };
}

/** The layers before one, of which each goes on map by map with the one before. */
function chainTo(page, name, along) {
  const layer = page.layer(name);
  const isLink = along && FOLDED.at(-1).includes(layer.role) && goesOn(page, layer.from[0], layer);
  return isLink ? [...chainTo(page, layer.from[0], along), name] : [name];
}

function goesOn(page, before, { from, shape }) {
  const { role, shape: own } = page.layer(before);
  return role !== "input" && from.length === 1 && from[0] === before && own[0] === shape[0];
}
