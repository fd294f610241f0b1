// The activation maps of the photo at the moment that is shown; one of them can be looked at closely.

import "./map-rows.js";
import "../../shared/range-scale.js";
import { emit, h, paint } from "../../shared/dom.js";
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
const LIVELIEST = 8; // of the first layer's maps, beside the stage
const $ = (selector) => document.querySelector(selector);

export function connectMaps(page) {
  const dialog = $("#map-closer");
  const time = connectCloserTime(page, dialog);
  let [opened, drawn] = [null, ""];

  const refresh = async () => {
    const stage = page.onStage;
    const snapshot = momentOf(stage);
    const moment = photoMoments(stage).get();
    $("#maps").setAttribute("aria-busy", String(Boolean(snapshot && !moment)));
    $("#maps-fact").textContent = snapshot ? momentTitle(stage, snapshot) : "";
    const isEmpty = !snapshot || moment?.maps.length === 0;
    $("#maps-empty").hidden = !isEmpty;
    $("#maps").hidden = isEmpty;
    if (isEmpty) {
      dialog.close();
      $("#live-maps").replaceChildren();
      $("#live-maps-note").textContent = $("#maps-empty").textContent = whyEmpty(stage, snapshot);
      drawn = "";
    }
    if (isEmpty || !moment) return;
    const maps = await unpackMaps(moment);
    if (photoMoments(stage).get() !== moment) return;
    const key = JSON.stringify([stage.run.id, moment.number, stage.state.sample, present()]);
    if (drawn.key !== key || drawn.moment !== moment) {
      $("#maps").show(maps);
      showLiveliest(maps[0]);
    }
    drawn = { key, moment };
    if (dialog.open) showOpened(maps);
  };
  const showOpened = (maps) => {
    time.refresh();
    show(
      page.onStage,
      maps.find(({ layer }) => layer === opened.layer),
      opened,
    );
  };
  for (const place of ["#maps", "#live-maps"])
    $(place).addEventListener("map", ({ detail }) => {
      opened = detail;
      dialog.showModal();
      refresh();
    });
  document.addEventListener("theme", () => refresh());
  return { refresh };
}

function whyEmpty(stage, snapshot) {
  if (!snapshot) return emptySentence(stage, BEFORE);
  if (stage.isWatched) return _("Its photo is somebody's own, and is not shown.");
  return _("This network has no convolution or pooling that leaves a map of the photo.");
}

/** The first layer's maps with the largest values, in the order of their kernels, all on one scale. */
function showLiveliest({ layer, shape, limit, maps }) {
  const strength = ({ data }) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const channels = maps
    .map((map, channel) => ({ map, channel, strength: strength(map) }))
    .sort((one, other) => other.strength - one.strength)
    .slice(0, LIVELIEST)
    .sort((one, other) => one.channel - other.channel);
  const place = $("#live-maps");
  while (place.childElementCount > channels.length) place.lastChild.remove();
  while (place.childElementCount < channels.length) place.append(h("button", { type: "button" }, h("canvas")));
  channels.forEach(({ map, channel }, index) => {
    const tile = place.children[index];
    const { picture, rgba } = drawSigned(map, limit);
    paint(tile.firstChild, picture, rgba);
    tile.title = _("%(map)s of %(layer)s", {
      map: _("map %(number)s", { number: channel + 1 }),
      layer: layerTitle(layer),
    });
    tile.setAttribute("aria-label", tile.title);
    tile.onclick = () => emit(place, "map", { layer, channel });
  });
  const told = { count: channels.length, all: shape[0] };
  $("#live-maps-note").textContent = told.count < told.all ? _("the %(count)s most active of %(all)s", told) : "";
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
