// What the open number is made of, as rows: input map, kernel, part; what the rest adds; and where a click on an input
// leads.

import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle, classTitle } from "../../shared/layers.js";
import { drawSigned, strongest } from "../../shared/maps.js";
import { limitOf, titleOf } from "../columns/column.js";

const MOST_TERMS = 7;

/**
 * {terms, rest, bias} of what is explained, or of the same moved elsewhere. `order` are the keys of the rows from
 * above; `rest` is {count, sum} of all others, null where there are none; `bias` is null where there is none.
 */
export function rowsOf(page, explained, order) {
  const terms = termsOf(page, explained);
  const named = new Map(terms.map((term) => [term.key, term]));
  const shown = order.map((key) => named.get(key)).filter(Boolean);
  const hidden = terms.filter((term) => !shown.includes(term));
  const count = hidden.length + (explained.others ?? 0);
  const sum = hidden.reduce((total, term) => total + (term.sum ?? 0), explained.others_sum ?? 0);
  const hasBias = ["kernels", "weigh"].includes(explained.role);
  return { terms: shown, rest: count ? { count, sum } : null, bias: hasBias ? explained.bias : null };
}

/** The keys of the rows: the parts that weigh most at the number in view, the largest first. */
export function orderOf(page, explained, isAll) {
  const terms = termsOf(page, explained);
  const weights = terms.map(({ sum }) => sum ?? 0);
  const isRanked = terms.some(({ sum }) => sum !== undefined) && explained.role !== "sum";
  const order = isRanked ? strongest(weights, isAll ? Infinity : MOST_TERMS) : terms.map((_term, index) => index);
  return order.map((index) => terms[index].key);
}

/** The words above the rows. */
export function headsOf(page, { role, layer }) {
  const [from] = page.layer(layer).from;
  const before = from ? titleOf(page, from) : "";
  if (role === "kernels") return [before, _("kernel"), _("part")];
  if (role === "weigh") return [before, _("weight"), ""];
  if (role === "softmax") return [_("exponentials")];
  return [before];
}

/** What stands where the lines meet: the sign of a sum, or what is done instead. */
export function nodeOf(_page, { role, function: name }) {
  if (["kernels", "weigh", "sum"].includes(role)) return "+";
  if (role === "pool" || role === "global_pool") return name === "maximum" ? "max" : "x̄";
  return { function: "ƒ", normalize: "ƒ", scale: "×", softmax: "÷", input: "÷" }[role] ?? "→";
}

/** The input map whose arithmetic is written out: the chosen one, or the one that adds most. */
export function pickedOf({ explained, state }) {
  if (!explained.inputs?.length || explained.role !== "kernels") return null;
  if (explained.inputs.some(({ channel }) => channel === state.source)) return state.source;
  const [index] = strongest(
    explained.inputs.map(({ sum }) => sum),
    1,
  );
  return explained.inputs[index].channel;
}

function termsOf(page, explained) {
  const froms = page.layer(explained.layer).from.map((name) => page.layer(name));
  const { role, channel, x, y } = explained;
  if (role === "kernels") return explained.inputs.map((input) => convolutionTerm(page, explained, froms[0], input));
  if (role === "weigh") return explained.inputs.map((input) => denseTerm(page, froms[0], input));
  if (role === "softmax") return exponentials(page, explained);
  if (role === "unroll") return [plainTerm(page, froms[0], explained.from.channel, pixel(explained.from))];
  if (role === "sum")
    return froms.map((from, index) => ({
      ...plainTerm(page, from, channel, pixel({ x, y })),
      short: titleOf(page, from.name),
      sum: explained.terms[index].value,
    }));
  return froms.map((from) => plainTerm(page, from, channel, windowOf(explained)));
}

function convolutionTerm(page, explained, from, { channel, kernel, sum }) {
  const { contributions } = page.explained;
  const index = page.explained.inputs.findIndex((input) => input.channel === channel);
  const dilation = explained.dilation ?? [1, 1];
  const [height, width] = [kernel.length, kernel[0].length].map((side, axis) => (side - 1) * dilation[axis] + 1);
  return {
    ...plainTerm(page, from, channel, { x: explained.left, y: explained.top, width, height }),
    kernel,
    sum,
    contribution: contributions && drawSigned(contributions.maps[index], contributions.limit),
    pixel: pixel(explained),
  };
}

/** A number that was flattened is shown where it lay on its map. */
function denseTerm(page, before, { index, weight, product, from }) {
  const window = from?.x === undefined ? null : pixel(from);
  const term = from ? plainTerm(page, page.layer(from.layer), from.channel, window) : plainTerm(page, before, index);
  const place = from?.x === undefined ? "" : ` (${from.y}, ${from.x})`;
  return {
    ...term,
    short: `${term.short}${place}`,
    key: String(index),
    place: from ?? null,
    kernel: [[weight]],
    sum: product,
  };
}

/** Softmax adds the classes' exponentials, to divide by them. */
function exponentials({ model }, { exponentials: all }) {
  return all.map((sum, channel) => ({
    key: `class-${channel}`,
    channel,
    title: classTitle(model.classes[channel]),
    short: classTitle(model.classes[channel]),
    sum,
    input: null,
  }));
}

function plainTerm(page, from, channel, window = null) {
  const short = channelTitle(from, channel, page.model.classes);
  const title = _("%(map)s of %(layer)s", { map: short, layer: titleOf(page, from.name) });
  const isMap = from.shape.length === 3;
  return {
    key: `${from.name}-${channel}`,
    channel,
    title,
    short,
    layer: from.name,
    place: null,
    input: drawSigned(from.maps[channel], limitOf(page, from)),
    value: isMap ? null : number(from.maps[channel].data[0], 2),
    size: isMap ? { width: from.shape[2], height: from.shape[1] } : null,
    window: isMap ? window : null,
  };
}

function windowOf({ role, x, y, left, top, width, height }) {
  if (left === undefined) return role === "input" ? null : pixel({ x, y });
  return { x: left, y: top, width, height };
}

function pixel({ x, y }) {
  return { x, y, width: 1, height: 1 };
}

/**
 * The place that a click on an input opens: the map before, at the unit in the middle of the window, or the one that
 * was picked.
 */
export function walkTo(page, { layer, channel, place }) {
  if (place) return { layer: place.layer, channel: place.channel, x: place.x ?? null, y: place.y ?? null };
  const from = page.layer(layer);
  const { x, y } = sourceUnit(page.explained, from);
  const [, height = 1, width = 1] = from.shape;
  const inside = (value, side) => (value === null ? null : Math.max(0, Math.min(side - 1, value)));
  return { layer, channel, x: inside(x, width), y: inside(y, height) };
}

function sourceUnit({ role, x, y, from, positions, left, top, inputs, width, height }, { shape }) {
  if (role === "unroll") return from;
  if (positions?.length) return positions[0];
  if (role === "kernels")
    return { x: left + ((inputs[0].kernel[0].length - 1) >> 1), y: top + ((inputs[0].kernel.length - 1) >> 1) };
  if (left !== undefined) return { x: left + ((width - 1) >> 1), y: top + ((height - 1) >> 1) };
  return shape.length === 1 ? { x: 0, y: 0 } : { x, y };
}
