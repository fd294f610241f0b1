// What the open map is made of, as terms: input map, kernel, contribution; and where a click on an input leads.

import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle } from "../../shared/layers.js";
import { drawSigned, strongest } from "../../shared/maps.js";
import { limitOf, titleOf } from "../columns/column.js";

const MOST_TERMS = 6;
const $ = (selector) => document.querySelector(selector);

export function drawTerms(page, layer) {
  const { explained, allTerms } = page;
  const terms = termsOf(page, layer);
  const most = allTerms ? Infinity : MOST_TERMS;
  const order = strongest(
    terms.map(({ sum }) => sum ?? 0),
    most,
  ).sort((one, other) => one - other);
  const shown = terms.length > most ? order.map((index) => terms[index]) : terms;
  $("#terms").hidden = terms.length === 0;
  $("#terms").show({
    terms: shown,
    picked: pickedOf(page),
    tail: tailOf(explained),
    hidden: terms.length - shown.length,
  });
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

function termsOf(page, layer) {
  const { explained } = page;
  const froms = layer.from.map((name) => page.layer(name));
  if (explained.role === "kernels")
    return explained.inputs.map((input, index) => convolutionTerm(page, froms[0], input, index));
  if (explained.role === "weigh") return explained.inputs.map((input) => denseTerm(page, froms[0], input));
  if (explained.role === "unroll") return [plainTerm(page, froms[0], explained.from.channel)];
  if (explained.role === "sum")
    return froms.map((from, index) => ({
      ...plainTerm(page, from, explained.channel),
      sum: explained.terms[index].value,
    }));
  if (explained.role === "softmax") return [];
  return froms.map((from) => plainTerm(page, from, explained.channel));
}

function convolutionTerm(page, from, { channel, kernel, sum }, index) {
  const { contributions } = page.explained;
  return {
    ...plainTerm(page, from, channel),
    kernel,
    sum,
    contribution: contributions && drawSigned(contributions.maps[index], contributions.limit),
  };
}

/** A number that was flattened is shown where it lay on its map. */
function denseTerm(page, before, { index, weight, product, from }) {
  const term = from ? plainTerm(page, page.layer(from.layer), from.channel) : plainTerm(page, before, index);
  const place = from?.x === undefined ? "" : ` (${from.y}, ${from.x})`;
  return { ...term, short: `${term.short}${place}`, key: index, place: from ?? null, kernel: [[weight]], sum: product };
}

function plainTerm(page, from, channel) {
  const short = channelTitle(from, channel, page.model.classes);
  const title = _("%(map)s of %(layer)s", { map: short, layer: titleOf(page, from.name) });
  return {
    key: `${from.name}-${channel}`,
    channel,
    title,
    short,
    layer: from.name,
    place: null,
    input: drawSigned(from.maps[channel], limitOf(page, from)),
    kernel: null,
    contribution: null,
  };
}

function tailOf({ role, bias, others, others_sum: sum }) {
  if (role !== "kernels" && role !== "weigh") return [];
  const rest = others ? [["+", _("%(count)s others", { count: number(others) }), number(sum, 3)].join(" ")] : [];
  return [...rest, `+ ${_("bias")} ${number(bias, 3)}`];
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
