// Where a delta comes from: link by link up to the loss, each the sum of what comes back from the layer above.

import { h } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle, layerTitle } from "../../shared/layers.js";
import { deltaLine } from "./lines.js";

/** Fills a list with the links, the loss last. */
export function showChain(list, page, links) {
  list.replaceChildren(
    ...links.map((link) => h("li", {}, h("span", { class: "soft" }, nameOf(page, link)), " ", line(link))),
  );
}

function nameOf(page, { layer: name, channel, x, y }) {
  const layer = page.layer(name);
  const map = layer ? channelTitle(layer, channel, page.model.classes) : number(channel + 1);
  const place = layer?.shape.length === 3 ? ` (${y}, ${x})` : "";
  return `${layerTitle(name)}, ${map}${place}`;
}

function line(link) {
  const isClosed = link.probability === null && link.terms.every(({ product }) => product === 0);
  const text = isClosed ? _("nothing comes back: 0") : deltaLine(link);
  return h("span", { class: "figure" }, `δ = ${text}`);
}
