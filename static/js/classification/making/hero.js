// The open map, large: its name, what its layer does, the layers that its column stands for, the number in view.

import { h } from "../../shared/dom.js";
import { fixed } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle, layerTitle } from "../../shared/layers.js";
import { drawSigned } from "../../shared/maps.js";
import "../../shared/range-scale.js";
import { told } from "../../shared/told.js";
import { limitOf, titleOf } from "../columns/column.js";
import { columnOf } from "../columns/shown.js";

const $ = (selector) => document.querySelector(selector);

export function drawHero(page, layer) {
  const { explained } = page;
  const title = channelTitle(layer, explained.channel, page.model.classes);
  $("#making-title").textContent = `${titleOf(page, layer.name)}, ${title}`;
  $("#making-fact").textContent = sentence(layer, explained);
  drawSteps(page, layer);
  drawTrail(page);
  const isMap = layer.shape.length === 3;
  $("#making").classList.toggle("is-number", !isMap);
  $("#map").hidden = $("#map-scale").hidden = !isMap;
  if (isMap) {
    const limit = limitOf(page, layer);
    $("#map").show(layer.maps[explained.channel], drawSigned(layer.maps[explained.channel], limit).rgba);
    $("#map-scale").show("soft", [-limit, 0, limit]);
  }
  moveHero(explained, isMap);
}

/** Marks the number in view and writes it. */
export function moveHero({ x, y, value }, isMap = true) {
  if (isMap) $("#map").mark({ rows: [y], columns: [x] });
  $("#hero-value").textContent = fixed(value, 2);
  $("#hero-value").className = `figure ${value < 0 ? "is-negative" : value > 0 ? "is-positive" : ""}`;
  $("#hero-place").textContent = isMap ? _("row %(row)s, column %(column)s", { row: y, column: x }) : "";
}

/** What the layer does, as a student would say it. */
function sentence({ type, role }, { inputs = [], others = 0 }) {
  if (role === "kernels" && inputs.length > 1)
    return _("%(count)s kernels slide as one: their sum and a bias paint this map.", { count: inputs.length });
  if (role === "weigh")
    return _("%(count)s numbers, each times its weight: their sum and a bias.", { count: inputs.length + others });
  const says = {
    softmax: _("The scores become probabilities: each exponential as a share of all."),
    input: _("Levels from 0 to 255, made small numbers around 0 as in training."),
  };
  const made = told.layers.types.find((row) => row.type === type)?.made ?? says[type] ?? "";
  return made && `${made[0].toUpperCase()}${made.slice(1)}${made.endsWith(".") ? "" : "."}`;
}

/** The layers that one column stands for, one after the other. */
function drawSteps(page, { name }) {
  const layers = columnOf(page, name)?.layers ?? [];
  $("#making-steps").hidden = layers.length < 2;
  const { channel, x, y } = page.explained;
  const step = (layer) => {
    const isHere = layer === name;
    const sameSize = String(page.layer(layer).shape) === String(page.layer(name).shape);
    const place = sameSize ? { x, y } : {};
    const go = () => page.open({ layer, channel, ...place }, { isClick: true });
    const look = { type: "button", "data-step": layer, "aria-pressed": String(isHere) };
    return h("button", { ...look, onclick: go }, layerTitle(layer.split("/").at(-1)));
  };
  $("#making-steps").replaceChildren(...(layers.length > 1 ? layers.map(step) : []));
}

/** The maps that were walked through, from the one that was clicked first. */
function drawTrail(page) {
  const back = (place, index) => {
    const layer = page.layer(place.layer);
    const text = `${titleOf(page, place.layer)}, ${channelTitle(layer, place.channel, page.model.classes)}`;
    const go = () => {
      page.trail = page.trail.slice(0, index);
      page.change({ ...place, source: null });
    };
    return h("button", { type: "button", class: "crumb", onclick: go }, `← ${text}`);
  };
  $("#trail").hidden = page.trail.length === 0;
  $("#trail").replaceChildren(...page.trail.map(back));
}
