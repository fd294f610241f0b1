// Which columns there are: the cut through the network's tree that is open, without the steps in between.

import { IN_BETWEEN, cut, pathTo } from "./tree.js";

/** The open nodes, from the outermost to the innermost, as far as their columns have come. */
export function openPath({ maps, state }) {
  const path = pathTo(maps.tree, state.open).filter(({ inside }) => inside);
  const missing = path.findIndex(({ name }) => !maps.has(name));
  return missing < 0 ? path : path.slice(0, missing);
}

/** The nodes that have a column. */
export function shownNodes(page) {
  return cut(page.maps.tree, openPath(page)).filter((node) => isShownNode(page, node));
}

/** Whether a node has its column: steps in between only on demand, or where they stand for more than themselves. */
export function isShownNode(page, { kind, layer }) {
  return kind !== "layer" || showsAllSteps(page) || !isStep(page, layer);
}

/** Whether a layer's maps stand in a column. */
export function isShown(page, { name }) {
  return shownNodes(page).some(({ layer }) => layer === name);
}

/** Whether every step is shown: wished, or because one of them is open. */
export function showsAllSteps(page) {
  return page.state.steps || isStep(page, page.state.layer);
}

/** What unfolds so that a layer has its column; null where it has one. */
export function keeperOf(page, name) {
  if (isShown(page, { name })) return null;
  const path = pathTo(page.maps.tree, name);
  return path.findLast(({ inside }) => inside)?.name ?? null;
}

/** Steps in between, but not those that stand for a stage or a block. */
function isStep({ maps }, name) {
  return IN_BETWEEN.includes(maps.named.get(name)?.role) && !standsForMore(maps.tree, name);
}

function standsForMore(nodes, name) {
  return nodes.some(({ inside, layer }) => inside && (layer === name || standsForMore(inside, name)));
}
