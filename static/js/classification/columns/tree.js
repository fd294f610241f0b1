// A network as what its columns unfold into: stages of blocks of layers, or, where all of them find room, its layers.
// It knows the server's description alone: no picture, no page.

import { roleOf } from "../../shared/layers.js";

export const IN_BETWEEN = ["normalize", "pad", "unroll"]; // roles of steps that a first look can do without
const NOT_SHOWN = ["pass"];
const MOST_MAPS = 512; // of a first look that shows every layer: two dozen of sixteen maps can be looked over

/**
 * The nodes of the first look: {name, kind, layer, inside}. `layer` is the one whose maps stand for the node; `inside`
 * are nodes again, none for a layer.
 */
export function treeOf(model, { isStaged = isDeep(model) } = {}) {
  return isStaged ? model.stages.map(stageNode) : layersOf(model).map(({ name }) => leaf(name));
}

/** Whether the network has more maps than can be looked over. */
export function isDeep(model) {
  const shown = layersOf(model).filter(({ role, shape }) => shape.length === 3 && !IN_BETWEEN.includes(role));
  return shown.reduce((sum, { shape }) => sum + shape[0], 0) > MOST_MAPS;
}

/** Every layer that does something, "input" to "softmax": {name, type, role, shape, from}, `from` what feeds it. */
export function layersOf({ input, layers, classes }) {
  const all = [
    { name: "input", type: "input", role: "input", shape: input, from: [] },
    ...layers.map(({ name, type, from, output_shape: shape }) => ({ name, type, role: roleOf(type), shape, from })),
    { name: "softmax", type: "softmax", role: "softmax", shape: [classes.length], from: [layers.at(-1).name] },
  ];
  const named = new Map(all.map((layer) => [layer.name, layer]));
  const source = (name) => (isDrawn(named.get(name)) ? name : source(named.get(name).from[0]));
  return all.filter(isDrawn).map((layer) => ({ ...layer, from: layer.from.map(source) }));
}

/** The nodes from the outermost to the one of that name, which may be a layer's; none where there is none. */
export function pathTo(nodes, name) {
  for (const node of nodes) {
    const rest = node.inside ? pathTo(node.inside, name) : [];
    if (node.name === name || (!node.inside && node.layer === name) || rest.length) return [node, ...rest];
  }
  return [];
}

/** A stage of a single block opens into its layers at once. */
function stageNode({ name, kind, layer, blocks }) {
  const inside = blocks.length > 1 ? blocks.map(blockNode) : layerNodes(blocks[0]);
  return { name, kind, layer, inside };
}

function blockNode(block) {
  return { name: block.name, kind: "block", layer: block.layer, inside: layerNodes(block) };
}

function layerNodes(block) {
  return block && block.layers.length > 1 ? block.layers.map(leaf) : null;
}

function leaf(name) {
  return { name, kind: "layer", layer: name, inside: null };
}

function isDrawn({ role }) {
  return !NOT_SHOWN.includes(role);
}
