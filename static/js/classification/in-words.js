// The network in words, for whoever does not see it: what it answers, the maps that the picture excites most, and what
// the open number is made of. It says nothing aloud: the verdict and the announcement do.

import { fixed, number } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { channelTitle } from "../shared/layers.js";
import { activity, strongest } from "../shared/maps.js";
import { summarize } from "../shared/summary.js";
import { titleOf } from "./columns/column.js";
import { shownColumns } from "./columns/shown.js";

export function connectInWords(page) {
  const card = document.querySelector("#network-stage");
  const refresh = () => page.answer?.verdict && page.maps && summarize(card, inWords(page), { isQuiet: true });
  return { refresh };
}

function inWords(page) {
  const { headline, shares } = page.answer.verdict;
  return [`${headline}. ${shares}`, strongestMaps(page), openNumber(page)].filter(Boolean).join(" ");
}

function strongestMaps(page) {
  const layers = shownColumns(page).map(({ layer }) => page.layer(layer));
  const named = layers.filter(({ shape, role }) => shape.length === 3 && role !== "input");
  return named.length
    ? _("Strongest maps: %(maps)s.", { maps: named.map((layer) => first(page, layer)).join(", ") })
    : "";
}

function first(page, layer) {
  const [channel] = layer.order ?? strongest(layer.maps.map(activity), 1);
  return `${titleOf(page, layer.name)} ${channelTitle(layer, channel, page.model.classes)}`;
}

function openNumber(page) {
  const { explained, model } = page;
  const layer = explained && page.state.layer !== null ? page.layer(explained.layer) : null;
  if (!layer) return "";
  const place = {
    map: channelTitle(layer, explained.channel, model.classes),
    layer: titleOf(page, layer.name),
    row: explained.y,
    column: explained.x,
    value: number(explained.value, 4),
  };
  const told =
    layer.shape.length === 3
      ? _("Open: %(map)s of %(layer)s; at row %(row)s, column %(column)s it is %(value)s.", place)
      : _("Open: %(map)s of %(layer)s; it is %(value)s.", place);
  return [told, largestPart(page, explained)].filter(Boolean).join(" ");
}

function largestPart(page, { role, inputs, layer }) {
  if (role !== "kernels") return "";
  const [index] = strongest(
    inputs.map(({ sum }) => sum),
    1,
  );
  const from = page.layer(page.layer(layer).from[0]);
  const part = { map: channelTitle(from, inputs[index].channel, page.model.classes), sum: fixed(inputs[index].sum, 2) };
  return _("Its largest part comes from %(map)s: %(sum)s.", part);
}
