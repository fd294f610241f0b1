// The three maps of a gradient: the deltas, what the weight met at each place, and their products, which add up to it.

import { h, paint } from "../../shared/dom.js";
import { short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { drawSigned, readSprite } from "../../shared/maps.js";
import { readPixels } from "../../shared/pixels.js";

/** Draws them into `place`; a layer of units has a single place, and no maps. */
export async function showMaps(place, maps, parameter) {
  place.hidden = maps.shape[0] * maps.shape[1] === 1;
  if (place.hidden) return place.replaceChildren();
  const names = { delta: _("δ at each place"), met: metName(parameter), product: _("products") };
  const figures = await Promise.all(Object.entries(names).map(([name, title]) => figure(maps[name], title)));
  const [delta, met, product] = figures;
  return place.replaceChildren(delta, sign("×"), met, sign("="), product);
}

function metName(parameter) {
  if (parameter === "gamma") return _("normalized");
  return parameter === "weight" ? _("what it met there") : "1";
}

async function figure({ url, limit }, title) {
  const [map] = readSprite(await readPixels(url), 1, limit);
  const { picture, rgba } = drawSigned(map, limit);
  const canvas = paint(h("canvas", { role: "img", "aria-label": `${title}, ± ${short(limit)}` }), picture, rgba);
  return h("figure", {}, canvas, h("figcaption", {}, title, h("span", { class: "fact" }, ` ± ${short(limit)}`)));
}

function sign(text) {
  return h("span", { class: "sign", "aria-hidden": "true" }, text);
}
