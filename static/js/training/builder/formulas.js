// Counts as the server writes them, nested lists such as ["*", "units", "channels"], as app/core/networks/formulas.
// Each is made a function once, since costs are asked many times while a slider looks for its ends.

const SIGNS = {
  "+": (one, other) => (layer, before, after) => one(layer, before, after) + other(layer, before, after),
  "-": (one, other) => (layer, before, after) => one(layer, before, after) - other(layer, before, after),
  "*": (one, other) => (layer, before, after) => one(layer, before, after) * other(layer, before, after),
  "//": (one, other) => (layer, before, after) => Math.floor(one(layer, before, after) / other(layer, before, after)),
  "%": (one, other) => (layer, before, after) => one(layer, before, after) % other(layer, before, after),
  prod: (sides) => (layer, before, after) => area(sides(layer, before, after)),
};

/**
 * The function of a layer, its input's shape and its output's; `read` gives such a function for a name. Where there is
 * no formula it is always 0.
 */
export function compile(tree, read) {
  if (typeof tree === "string") return read(tree);
  if (!Array.isArray(tree)) return () => tree ?? 0;
  const [sign, ...parts] = tree;
  return SIGNS[sign](...parts.map((part) => compile(part, read)));
}

/** The formula with its numbers, which `word` writes: "16·(3·3·3+1)"; what is no number is left out. */
export function writeOut(tree, word) {
  const text = written(tree, word);
  return text.includes("(") ? text : text.replaceAll("·", " · ");
}

function written(tree, word) {
  if (!Array.isArray(tree)) return word(tree);
  const [sign, ...parts] = tree;
  if (sign === "prod") return word(parts[0]);
  const texts = parts.map((part) => (isSum(part) && sign !== "+" ? `(${written(part, word)})` : written(part, word)));
  if (sign === "//") return texts[1] === "1" ? texts[0] : texts.join("/");
  return texts.filter(Boolean).join(sign === "*" ? "·" : sign);
}

function isSum(tree) {
  return Array.isArray(tree) && (tree[0] === "+" || tree[0] === "-");
}

function area(sides) {
  return Array.isArray(sides) ? sides[0] * sides[1] : sides * sides;
}
