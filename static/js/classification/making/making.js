// "How map 4 of conv 2 was made": its parts, one unit of it, and the way back towards the photo.

import { explainUnit } from "../../api.js";
import "./map-terms.js";
import "../../shared/pixel-arithmetic.js";
import { h } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle } from "../../shared/layers.js";
import { drawSigned, peak, readSprite } from "../../shared/maps.js";
import { readPixels } from "../../shared/pixels.js";
import { told } from "../../shared/told.js";
import { limitOf, titleOf } from "../columns/column.js";
import { part } from "../../rooms/part.js";
import { markField } from "../picture/photo.js";
import { drawTerms, walkTo } from "./terms.js";
import { connectWorking, drawWorking } from "./working.js";

const $ = (selector) => document.querySelector(selector);

export function connectMaking(page) {
  connectUnit(page);
  connectWorking(page);
  $("#terms").addEventListener("walk", ({ detail }) => page.open(walkTo(page, detail), { walked: true }));
  $("#terms").addEventListener("pick", ({ detail }) => page.change({ source: detail }));
  $("#terms").addEventListener("more", () => {
    page.allTerms = true;
    page.change({});
  });
  return part(page, {
    isFollowing: true,
    show: () => isPresent(page) && draw(page),
    question: () => asked(page),
    answer: async (question, isNewest) => {
      const { layer, channel, x, y, key } = question;
      const kept = page.explained?.place === placeKey(question) ? page.explained : null;
      const answer = await explainUnit(page.model.name, page.source, {
        ...page.pictureFields,
        layer,
        channel,
        x,
        y,
        ...(kept && { contributions: "false" }),
      });
      const contributions = kept?.contributions ?? (await readContributions(answer));
      await Promise.all([...inputsOf(page, answer, layer)].map((name) => page.maps.whole(name)));
      if (!isNewest() && page.explained?.place === placeKey(question)) return;
      page.explained = { ...answer, contributions, layer, channel, x, y, key, place: placeKey(question) };
      draw(page);
      announce(page);
      if (!kept) page.change({}, { isLive: true });
    },
  });
}

/** The map and the unit that are asked about, once the maps are there. */
function asked(page) {
  const layer = page.layer(page.state.layer);
  if (!layer) return null;
  const channel = Math.min(page.state.channel ?? 0, layer.shape[0] - 1);
  if (!layer.maps[channel]) return null;
  const { x, y } = unitOf(page, layer, channel);
  return { key: page.maps.key, layer: layer.name, channel, x, y };
}

/** The unit: where the visitor put it, or else where the map is largest. */
function unitOf({ state }, layer, channel) {
  const { width, height } = layer.maps[channel];
  const start = state.x === null || state.y === null ? peak(layer.maps[channel]) : state;
  return { x: Math.min(start.x, width - 1), y: Math.min(start.y, height - 1) };
}

/** The layers whose maps a number was made of. */
function inputsOf(page, { inputs = [] }, layer) {
  return new Set([...page.layer(layer).from, ...inputs.map(({ from }) => from?.layer).filter(Boolean)]);
}

function placeKey({ key, layer, channel }) {
  return JSON.stringify([key, layer, channel]);
}

/** Whether what was explained is still what is open. */
function isPresent(page) {
  const question = asked(page);
  return question !== null && page.explained?.place === placeKey(question);
}

async function readContributions({ contributions, contributions_limit: limit, inputs }) {
  if (!contributions) return null;
  return { limit, maps: readSprite(await readPixels(contributions), inputs.length, limit) };
}

function draw(page) {
  const { explained } = page;
  const layer = page.layer(explained.layer);
  const title = channelTitle(layer, explained.channel, page.model.classes);
  $("#making-title").textContent =
    layer.role === "input"
      ? _("How the network is given %(map)s", { map: title })
      : _("How %(map)s of %(layer)s was made", { map: title, layer: titleOf(page, layer.name) });
  $("#making-fact").textContent = sentence(layer);
  $("#making").dataset.unit = [layer.name, explained.channel, explained.x, explained.y].join(" ");
  drawTrail(page);
  drawTerms(page, layer);
  drawUnit(page, layer);
  drawWorking(page, layer);
  markField(page);
}

/** What the layer does, as a student would say it. */
function sentence({ type }) {
  const says = {
    softmax: _("the scores become probabilities: each exponential as a share of all"),
    input: _("levels from 0 to 255, made small numbers around 0 as in training"),
  };
  return told.layers.types.find((row) => row.type === type)?.made ?? says[type] ?? "";
}

function drawUnit(page, layer) {
  const { explained } = page;
  const { channel, x, y, value } = explained;
  const map = layer.maps[channel];
  const limit = limitOf(page, layer);
  const isMap = layer.shape.length === 3;
  $("#map").closest(".made").hidden = !isMap;
  if (isMap) {
    $("#map").show(map, drawSigned(map, limit).rgba);
    $("#map").mark({ rows: [y], columns: [x] });
    $("#map-scale").show("soft", [-limit, 0, limit]);
  }
  const shown = h("strong", { class: "figure unit-value", id: "unit-value" }, number(value, 4));
  const place = isMap ? _("Row %(row)s, column %(column)s is", { row: y, column: x }) : _("It is");
  $("#unit-line").replaceChildren(place, " ", shown, h("span", { class: "soft" }, counted(explained)));
  $("#field-line").textContent = fieldSentence(page);
  $("#unit-hold").hidden = !isMap;
  drawLinks(page, layer);
}

function productsText(count) {
  return _("%(count)s products and the bias.", { count: number(count) });
}

/** ": 90 products and the bias." */
function counted({ role, inputs, others }) {
  if (role === "kernels") return `: ${productsText(inputs.length * inputs[0].kernel.flat().length)}`;
  if (role === "weigh") return `: ${productsText(inputs.length + others)}`;
  return ".";
}

function fieldSentence({ explained, model }) {
  const field = explained.receptive_field;
  if (!field) return "";
  const [, height, width] = model.input;
  if (field.width >= width && field.height >= height) return _("This unit sees the whole picture.");
  return _("This unit sees a patch of %(size)s of these pixels, outlined on the photo.", {
    size: `${field.width} × ${field.height}`,
  });
}

function drawLinks(page, layer) {
  const links = [];
  if (layer.role === "kernels") links.push(h("a", { href: "#channel-card" }, _("Nine patches that excite it most")));
  $("#making-links").replaceChildren(...links);
}

/** The maps that were walked through, from the one that was clicked first. */
function drawTrail(page) {
  const back = (place, index) => {
    const layer = page.layer(place.layer);
    const text = layer
      ? `${titleOf(page, place.layer)}, ${channelTitle(layer, place.channel, page.model.classes)}`
      : place.layer;
    const go = () => {
      page.trail = page.trail.slice(0, index);
      page.change({ ...place, source: null });
    };
    return [
      h("button", { type: "button", class: "crumb", onclick: go }, text),
      h("span", { "aria-hidden": "true" }, "←"),
    ];
  };
  $("#trail").hidden = page.trail.length === 0;
  const present = page.layer(page.explained.layer);
  const here = h(
    "span",
    { "aria-current": "step" },
    `${titleOf(page, present.name)}, ${channelTitle(present, page.explained.channel, page.model.classes)}`,
  );
  $("#trail").replaceChildren(...page.trail.flatMap(back), here);
}

function announce({ explained }) {
  const { x, y, value } = explained;
  const place = _("row %(row)s, column %(column)s", { row: y, column: x });
  $("#announcement").textContent = `${place}: ${number(value, 4)}`;
}

/** Hovering the map moves the unit until a click holds it; arrow keys always do. */
function connectUnit(page) {
  const tell = () =>
    ($("#unit-hold").textContent = isHeld
      ? _("held; click the map to let it go")
      : _("move with the mouse or the arrow keys; a click holds it"));
  let isHeld = page.state.x !== null;
  tell();
  $("#map").addEventListener("point", ({ detail }) => isHeld || page.moveTo(detail.x, detail.y));
  $("#map").addEventListener("move", ({ detail }) => {
    const { x, y } = page.explained;
    page.moveTo((page.state.x ?? x) + detail.x, (page.state.y ?? y) + detail.y);
  });
  $("#map").addEventListener("click", ({ pointerType }) => {
    isHeld = !isHeld && pointerType !== "touch";
    tell();
  });
}
