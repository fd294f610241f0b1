// One sentence on a column: how much of the picture each of its numbers sees, and so what there is room for; how much
// is known there already, where that was measured. It claims nothing of what a network has learned.

import { percent, size } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { titleOf } from "./column.js";

const [SMALL, MEDIUM] = [0.2, 0.5]; // shares of the picture's side

export const LINES = _("Lines: red adds, blue subtracts; the thicker, the more weight.");

export function sentenceOf(page, { layer: name, layers, more }) {
  const layer = page.layer(name);
  const title = titleOf(page, page.maps.isStaged ? name : layers[0]);
  const place = { column: more ? `${title} ${more}` : title };
  const parts = [layer.role === "input" ? inputSentence(page, place) : sees(page, name, place)];
  const probe = page.probes?.named.get(name);
  if (probe) parts.push(_("Read alone, it has %(share)s accuracy.", { share: percent(probe.accuracy) }));
  return parts.join(" ");
}

function inputSentence({ model }, place) {
  const [channels, height, width] = model.input;
  const counts = { ...place, size: size(width, height) };
  return channels === 1
    ? _("%(column)s: %(size)s numbers, the picture as the network is given it.", counts)
    : _("%(column)s: red, green and blue, %(size)s numbers each, as the network is given them.", counts);
}

function sees({ model }, name, place) {
  const [channels, height, width] = model.input;
  const { receptive_field: field } = model.layers.find((layer) => layer.name === name);
  const [down, across] = [field].flat().length === 2 ? field : [field, field];
  const share = Math.max(down / height, across / width);
  const seen = { ...place, size: size(across, down) };
  if (share >= 1) return _("%(column)s: each number sees the whole picture.", place);
  if (share > MEDIUM) return _("%(column)s: each number sees %(size)s pixels, room for parts of things.", seen);
  if (share > SMALL) return _("%(column)s: each number sees %(size)s pixels, room for corners and textures.", seen);
  return channels === 1
    ? _("%(column)s: each number sees %(size)s pixels, room for edges.", seen)
    : _("%(column)s: each number sees %(size)s pixels, room for edges and colors.", seen);
}
