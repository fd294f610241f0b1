// The activation maps of the photo at the moment that is shown; one of them can be looked at closely.

import "./map-rows.js";
import "../../shared/range-scale.js";
import { paint } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { layerTitle } from "../../shared/layers.js";
import { drawSigned, peak } from "../../shared/maps.js";
import { present } from "../../shared/theme.js";
import { connectCloserTime } from "./closer.js";
import { emptySentence, momentOf, momentTitle, photoMoments, unpackMaps } from "./moment.js";

const BEFORE = _(
  "Press Start: the maps that the first layers make of your photo will appear here, at random at first.",
);
const $ = (selector) => document.querySelector(selector);

export function connectMaps(page) {
  const dialog = $("#map-closer");
  const time = connectCloserTime(page, dialog);
  let [opened, drawn] = [null, ""];

  const refresh = async () => {
    const snapshot = momentOf(page);
    const moment = photoMoments(page).get();
    $("#maps").setAttribute("aria-busy", String(Boolean(snapshot && !moment)));
    $("#maps-fact").textContent = snapshot ? momentTitle(page, snapshot) : "";
    const isEmpty = !snapshot || moment?.maps.length === 0;
    $("#maps-empty").hidden = !isEmpty;
    $("#maps").hidden = isEmpty;
    if (isEmpty) dialog.close();
    if (isEmpty)
      $("#maps-empty").textContent = snapshot
        ? _("This network has no convolution or pooling that leaves a map of the photo.")
        : emptySentence(page, BEFORE);
    if (isEmpty || !moment) return;
    const maps = await unpackMaps(moment);
    if (photoMoments(page).get() !== moment) return;
    const key = JSON.stringify([page.run.id, moment.number, page.state.sample, present()]);
    if (drawn.key !== key || drawn.moment !== moment) $("#maps").show(maps);
    drawn = { key, moment };
    if (dialog.open) showOpened(maps);
  };
  const showOpened = (maps) => {
    time.refresh();
    show(
      page,
      maps.find(({ layer }) => layer === opened.layer),
      opened,
    );
  };
  $("#maps").addEventListener("map", ({ detail }) => {
    opened = detail;
    dialog.showModal();
    refresh();
  });
  document.addEventListener("theme", () => refresh());
  return { refresh };
}

function show(page, layer, { channel }) {
  if (!layer?.maps[channel]) return;
  const map = layer.maps[channel];
  const { picture, rgba } = drawSigned(map, layer.limit);
  paint($("#map-large"), picture, rgba);
  $("#map-title").textContent = _("%(map)s of %(layer)s", {
    map: _("map %(number)s", { number: channel + 1 }),
    layer: layerTitle(layer.layer),
  });
  $("#map-fact").textContent = `${picture.width} × ${picture.height}`;
  $("#map-large").setAttribute("aria-label", $("#map-title").textContent);
  $("#map-scale").show("soft", [-layer.limit, 0, layer.limit]);
  const { x, y } = peak(map);
  $("#map-note").textContent = _(
    "Its largest value, %(value)s, is in row %(row)s, column %(column)s. All maps of the layer are on one scale.",
    { value: number(map.data[y * map.width + x]), row: y, column: x },
  );
  $("#map-seen").hidden = !page.seen;
  if (page.seen) paint($("#map-seen canvas"), page.seen, page.seen.data);
}
