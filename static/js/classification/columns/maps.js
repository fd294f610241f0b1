// All activation maps of the network as columns, and the edges that lead to one of them.

import { readActivations } from "../../api.js";
import "./map-columns.js";
import "../../shared/range-scale.js";
import { percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle, layerTitle, shapeText } from "../../shared/layers.js";
import { activity, drawSigned, readSprite, strongest } from "../../shared/maps.js";
import { readPixels } from "../../shared/pixels.js";
import { Edges } from "./edges.js";
import { present } from "../../shared/theme.js";
import { part } from "../../rooms/part.js";
import { IN_BETWEEN, isShown, showsAllSteps } from "./shown.js";

const MOST_SHOWN = 16;
const MOST_UNITS = 10;
const NOT_SHOWN = ["pass"];
const $ = (selector) => document.querySelector(selector);

export function connectMaps(page) {
  const edges = new Edges(page);
  const columns = $("#maps");
  columns.addEventListener("open", ({ detail }) => {
    page.open(detail);
    bring($("#making"));
  });
  columns.addEventListener("more", ({ detail }) => {
    page.expanded.add(detail);
    page.change({});
  });
  columns.addEventListener("trace", async ({ detail }) => columns.draw(detail, await edges.shown(detail)));
  $("#show-steps").addEventListener("change", ({ target }) => page.change({ steps: target.checked }));
  $("#show-all").addEventListener("change", ({ target }) => page.change({ all: target.checked }));
  document.addEventListener("theme", () => page.change({}));
  let drawn = "";
  const show = () => {
    if (!page.maps) return;
    const { scale, all, layer, channel } = page.state;
    const key = JSON.stringify([page.maps.key, scale, all, [...page.expanded], showsAllSteps(page), present()]);
    if (key !== drawn) draw(page);
    drawn = key;
    columns.choose({ layer, channel });
    showScale(page);
  };
  return part(page, {
    show,
    question: () => ({ key: page.pictureKey }),
    answer: async ({ key }, isNewest) => {
      const answer = await readActivations(page.model.name, page.source, page.pictureFields);
      const layers = await Promise.all(answer.layers.filter(({ role }) => !NOT_SHOWN.includes(role)).map(unpack));
      if (!isNewest()) return;
      page.maps = { key, layers: linked(layers, page.model) };
      page.change(page.state.layer && page.layer(page.state.layer) ? {} : firstOpen(page.maps.layers));
    },
  });
}

/** What was opened is brought into sight. */
function bring(card) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  card.scrollIntoView({ block: "nearest", behavior: isStill ? "auto" : "smooth" });
}

/** A layer with its sprite taken apart: maps as pictures, a vector as units of one value. */
async function unpack(layer) {
  const count = layer.shape[0];
  const sprite = await readPixels(layer.maps);
  const isVector = layer.shape.length === 1;
  const maps = isVector
    ? units(layer.values ?? readSprite(sprite, 1, layer.limit ?? NaN)[0].data)
    : readSprite(sprite, count, layer.limit);
  return { ...layer, maps };
}

function units(values) {
  // what is no number comes as null
  return Array.from(values, (value) => ({ width: 1, height: 1, channels: 1, data: new Float32Array([value ?? NaN]) }));
}

/** Every layer with the names of those that feed it: the server's word, or else the one before. */
function linked(layers, model) {
  const known = new Map((model.layers ?? []).map((layer) => [layer.name, layer.from]));
  const names = new Set(layers.map(({ name }) => name));
  return layers.map((layer, index) => ({
    ...layer,
    from: (known.get(layer.name) ?? layer.from ?? []).filter((name) => names.has(name)),
    previous: layers[index - 1]?.name ?? null,
  }));
}

/**
 * What is open at first: the busiest map of the second convolution, so that there is something to walk back through.
 */
function firstOpen(layers) {
  const convolutions = layers.filter(({ role }) => role === "kernels");
  const layer = convolutions[1] ?? convolutions[0] ?? layers[0];
  return { layer: layer.name, channel: strongest(layer.maps.map(activity), 1)[0], x: null, y: null, source: null };
}

/** The end of a layer's color scale. */
export function limitOf(page, layer) {
  return page.state.scale === "all" ? Math.max(...page.maps.layers.map(({ limit }) => limit)) : layer.limit;
}

function draw(page) {
  const columns = page.maps.layers.filter((layer) => isShown(page, layer)).map((layer) => column(page, layer));
  $("#maps").show(columns, page.state);
  const isLong = page.maps.layers.some((layer) => isShown(page, layer) && layer.maps.length > mostShown(layer.shape));
  $("#show-all-row").hidden = !isLong;
  $("#show-all").checked = page.state.all;
  $("#show-steps-row").hidden = !page.maps.layers.some(({ role }) => IN_BETWEEN.includes(role));
  $("#show-steps").checked = showsAllSteps(page);
  $("#mirror-note").hidden = !page.answer?.mirrored;
}

function mostShown(shape) {
  return shape.length === 3 ? MOST_SHOWN : MOST_UNITS;
}

function column(page, layer) {
  const limit = limitOf(page, layer);
  const most = page.state.all || page.expanded.has(layer.name) ? Infinity : mostShown(layer.shape);
  const isWhole = layer.maps.length <= most;
  const order = isWhole ? layer.maps.map((_map, index) => index) : strongest(layer.maps.map(activity), most);
  return {
    name: layer.name,
    title: layerTitle(layer.name),
    fact: shapeText(layer.shape),
    range: [layer.minimum, layer.maximum],
    shown: order.map((channel) => entry(page, layer, channel, limit)),
    hidden: layer.maps.length - order.length,
  };
}

function entry(page, layer, channel, limit) {
  const title = channelTitle(layer, channel, page.model.classes);
  const map = layer.maps[channel];
  if (layer.shape.length === 3) return { channel, title, map: drawSigned(map, limit) };
  return {
    channel,
    title,
    value: map.data[0],
    limit,
    text: nameUnder(page, layer, title, channel),
    shown: layer.role === "softmax" ? percent(map.data[0]) : null,
  };
}

/** The last column's cells carry the classes' names; other units their numbers. */
function nameUnder({ maps, model }, layer, title, channel) {
  if (layer === maps.layers.at(-1)) return title;
  return layer.shape[0] === model.classes.length ? null : String(channel + 1);
}

function showScale(page) {
  const layer = page.layer(page.state.layer);
  if (!layer) return;
  const limit = limitOf(page, layer);
  $("#maps-scale").show("soft", [-limit, 0, limit]);
  $("#maps-note").textContent =
    page.state.scale === "all"
      ? _("The same colors for all layers.")
      : _("Colors of %(layer)s; every layer has its own scale, the numbers above it say which.", {
          layer: layerTitle(layer.name),
        });
}
