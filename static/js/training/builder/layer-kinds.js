// The types of layers as the server tells them: names, fields, arithmetic, and a fresh one to begin with.

import { told } from "../../shared/told.js";
import { compile } from "./formulas.js";

const OF_SHAPES = {
  channels: (_layer, before) => before[0],
  values: (_layer, before) => product(before),
  places: (_layer, _before, after) => product(after.slice(1)),
};
const PICTURE = 3; // channels: more are maps
const USUAL_WIDTH = 16;

const kinds = new Map(told.layers.types.map((row) => [row.type, withFunctions(row)]));

/** [title, types] of each group of the menu, in its order. */
export const GROUPS = grouped("group");

/** Types that can stand for each other: the card offers them as one setting. */
export const EXCHANGES = grouped("family").flatMap(([family, types]) => (family ? [types] : []));

function grouped(name) {
  const titles = new Set(told.layers.types.map((row) => row[name]));
  const typesOf = (title) => told.layers.types.filter((row) => row[name] === title).map(({ type }) => type);
  return [...titles].map((title) => [title, typesOf(title)]);
}

/** A row, its formulas made functions of a layer, its input's shape and its output's. */
function withFunctions(row) {
  const fields = new Map(row.fields.map((field) => [field.name, field]));
  const read = (name) => OF_SHAPES[name] ?? ((layer) => resolved(layer, fields.get(name), fields));
  const rules = row.rules.map((rule) => ({ ...rule, remainder: compile(rule.remainder, read) }));
  const formula = (name) => compile(row[name], read);
  return {
    ...row,
    fields,
    read,
    rules,
    formulas: row,
    gives: row.gives === null ? null : formula("gives"),
    parameters: formula("parameters"),
    statistics: formula("statistics"),
    multiplyAdds: formula("multiply_adds"),
  };
}

/** A field's value, its default, or that of the field which it is then as. */
function resolved(layer, field, fields) {
  return (
    layer[field.name] ??
    field.default ??
    (field.otherwise ? resolved(layer, fields.get(field.otherwise), fields) : null)
  );
}

export function product(numbers) {
  return numbers.reduce((total, number) => total * number, 1);
}

/** The row of a layer's type. */
export function kindOf({ type }) {
  return kinds.get(type);
}

/** Whether there is such a type of layer. */
export function isKind(type) {
  return kinds.has(type);
}

/** What a layer does, in one word: see app/core/networks/arithmetic.py. */
export function roleOf({ type }) {
  return kinds.get(type)?.role;
}

/** The first type that does that. */
export function typeOf(role) {
  return told.layers.types.find((row) => row.role === role).type;
}

/** What a card is called: an activation by its function. */
export function kindTitle(layer) {
  const { named_by: name, title } = kindOf(layer) ?? {};
  return (name && layer[name]) ?? title ?? layer.type;
}

export function kindSentence(type) {
  return kinds.get(type)?.sentence ?? "";
}

/** The value of a layer's field, its default where it is not written. */
export function fieldOf(layer, name) {
  return layer[name] ?? kindOf(layer).fields.get(name)?.default ?? null;
}

/** The same, and where that is null the value of the field that it is then as. */
export function sidesOf(layer, name) {
  const { fields } = kindOf(layer);
  return resolved(layer, fields.get(name), fields);
}

/** The layer without what equals its defaults, its fields in the order of the server's. */
export function tidy(layer) {
  const tidied = { type: layer.type };
  for (const { name, kind, default: usual } of kindOf(layer).fields.values()) {
    const value = single(layer[name]);
    if (value !== undefined && value !== null && value !== usual)
      tidied[name] = kind === "layers" ? value.map(tidy) : value;
  }
  return tidied;
}

/** A pair of equal numbers is written as one. */
function single(value) {
  return Array.isArray(value) && value.length === 2 && value[0] === value[1] ? value[0] : value;
}

/** Whether an activation may only be at the very end. */
export function isFinal(activation) {
  return Boolean(activation && told.layers.activations[activation]?.last);
}

/** A new layer for where `shape` comes in, as wide as what is around it. */
export function freshLayer(type, shape = []) {
  const [channels] = shape;
  const names = { channels, width: shape.length === 3 && channels > PICTURE ? channels : USUAL_WIDTH };
  return { type, ...filled(kinds.get(type).fresh, names) };
}

/** Formulas worked out, in layers within layers too. */
function filled(value, names) {
  if (Array.isArray(value)) return value.map((entry) => filled(entry, names));
  if (typeof value !== "object" || value === null) return value;
  if (Object.hasOwn(value, "formula")) return compile(value.formula, (name) => () => names[name])();
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, filled(entry, names)]));
}
