// A layer in words and figures, as on its card.

import { number, plain } from "../../shared/format.js";
import { _, fill } from "../../shared/i18n.js";
import { writeOut } from "./formulas.js";
import { fieldOf, kindOf, sidesOf } from "./layer-kinds.js";
import { sides } from "./layer-rules.js";

/** "16 · 3×3 · relu": a layer's settings, the usual ones left out. */
export function settingsText(layer) {
  const { fields, named_by: own } = kindOf(layer);
  const shown = [...fields.values()].filter(({ name }) => name !== own);
  const unusual = shown.filter((field) => isUnusual(field, layer));
  return [
    ...shown.filter((field) => field.on_card).map((field) => valueText(field, layer)),
    ...unusual.filter(({ kind }) => kind === "choice").map((field) => valueText(field, layer)),
    ...unusual.filter((field) => field.unusual).map((field) => unusualText(field, layer)),
  ].join(" · ");
}

function isUnusual({ name, default: usual, otherwise }, layer) {
  if (usual === undefined) return false;
  const [value, common] = [sidesOf(layer, name), usual ?? sidesOf(layer, otherwise)];
  return sides(value).join() !== sides(common).join();
}

function valueText({ name, kind }, layer) {
  const value = fieldOf(layer, name);
  if (kind === "sides") return sideText(value);
  return kind === "number" ? plain(value) : String(value);
}

/** "step 2", "no bias"; a word says itself. */
function unusualText({ name, unusual }, layer) {
  const value = fieldOf(layer, name);
  return typeof value === "string" ? value : fill(unusual, { value: sideText(value, false) });
}

/** "3×3" of 3; with `both` false "3", where one number says both. */
export function sideText(value, both = true) {
  const [height, width] = sides(value);
  return both || height !== width ? `${height}×${width}` : String(height);
}

/** "16·(3·3·3+1) = 448": where a layer's parameters come from; "" where it has none. */
export function parameterFormula({ layer, before, parameters }) {
  if (!parameters) return "";
  const { formulas, read, fields } = kindOf(layer);
  const word = (name) => {
    const value = typeof name === "number" ? name : read(name)(layer, before);
    const { kind } = fields.get(name) ?? {};
    if (kind === "flag") return value ? "1" : "";
    return (kind === "sides" ? sides(value) : [value]).map((count) => number(count)).join("·");
  };
  return `${writeOut(formulas.parameters, word)} = ${number(parameters)}`;
}

/** "5 × 5 pixels of the picture", or all of it. */
export function fieldText(field, [, height, width]) {
  const [rows, columns] = sides(field);
  return rows >= height && columns >= width
    ? _("the whole picture")
    : _("%(height)s × %(width)s pixels", { height: rows, width: columns });
}

/** "12.3 million": a large count, short. */
export function shortCount(count) {
  if (count < 1e4) return number(count);
  const [size, unit] = count < 1e6 ? [1e3, _("thousand")] : count < 1e9 ? [1e6, _("million")] : [1e9, _("billion")];
  return `${number(count / size, count / size < 10 ? 2 : count / size < 100 ? 1 : 0)} ${unit}`;
}

/**
 * The time of an epoch and of all, as named facts: `measured` is null where it cannot be told, undefined while it is
 * being measured.
 */
export function paceFacts(measured, epochs) {
  if (measured === null) return [];
  if (measured === undefined) return [[_("an epoch here"), _("being measured …")]];
  const { seconds_an_epoch: seconds } = measured;
  const all =
    epochs > 1 ? [[_("%(count)s epochs, estimated", { count: number(epochs) }), durationText(seconds * epochs)]] : [];
  return [[_("an epoch here, measured"), durationText(seconds)], ...all];
}

/** "4.2 s", "2.5 min" or "3 h". */
function durationText(seconds) {
  if (seconds < 90) return _("%(seconds)s s", { seconds: number(seconds, seconds < 10 ? 1 : 0) });
  return seconds < 5400
    ? _("%(minutes)s min", { minutes: number(seconds / 60, 1) })
    : _("%(hours)s h", { hours: number(seconds / 3600, 1) });
}
