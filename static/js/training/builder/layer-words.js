// A layer in words and figures, as on its card.

import { number, plain } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { fieldOf } from "./layer-kinds.js";
import { isPooling, sides, windowOf } from "./layer-rules.js";

/** "16 · 3×3 · relu": a layer's settings, the usual ones left out. */
export function settingsText(layer) {
  const words =
    layer.type === "conv2d"
      ? [layer.filters, sideText(fieldOf(layer, "kernel_size"))]
      : layer.type === "dense"
        ? [layer.units]
        : [];
  if (isPooling(layer)) words.push(sideText(fieldOf(layer, "pool_size")));
  if (layer.type === "dropout") words.push(plain(fieldOf(layer, "rate")));
  if (layer.type !== "activation" && (layer.activation ?? "none") !== "none") words.push(layer.activation);
  return [...words, ...extras(layer)].join(" · ");
}

function extras(layer) {
  const words = [];
  if (isUnusualStep(layer)) words.push(_("step %(stride)s", { stride: sideText(fieldOf(layer, "stride"), false) }));
  const padding = fieldOf(layer, "padding");
  if (padding && padding !== "valid")
    words.push(padding === "same" ? "same" : _("padding %(zeros)s", { zeros: sideText(padding, false) }));
  if (layer.use_bias === false) words.push(_("no bias"));
  return words;
}

function isUnusualStep(layer) {
  if (layer.type !== "conv2d" && !isPooling(layer)) return false;
  const [size, stride] = windowOf(layer);
  return stride.join() !== (layer.type === "conv2d" ? [1, 1] : size).join();
}

/** "3×3" of 3; with `both` false "3", where one number says both. */
export function sideText(value, both = true) {
  const [height, width] = sides(value);
  return both || height !== width ? `${height}×${width}` : String(height);
}

/** "16 × (3·3·3 + 1) = 448": where a layer's parameters come from; "" where it has none. */
export function parameterFormula({ layer, before, parameters }) {
  if (!parameters) return "";
  if (layer.type === "batch_normalization") return `2 · ${before[0]} = ${number(parameters)}`;
  const [units, inputs] =
    layer.type === "dense" ? [layer.units, [before[0]]] : [layer.filters, [...windowOf(layer)[0], before[0]]];
  const bias = layer.use_bias === false ? "" : "+1";
  return `${number(units)}·(${inputs.map((count) => number(count)).join("·")}${bias}) = ${number(parameters)}`;
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
