// A map unfolds between the columns: its parts, one number of it, and the way back towards the photo.

import { explainUnit } from "../../api.js";
import "./map-terms.js";
import { part } from "../../rooms/part.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle } from "../../shared/layers.js";
import { peak, readSprite } from "../../shared/maps.js";
import { readPixels } from "../../shared/pixels.js";
import { close } from "../columns/maps.js";
import { LINES, sentenceOf } from "../columns/sentence.js";
import { markField } from "../picture/photo.js";
import { drawHero, moveHero } from "./hero.js";
import { movedTo } from "./moved.js";
import { Player } from "./player.js";
import { sayInStrip, showStrip, showSum } from "./strip.js";
import { headsOf, nodeOf, orderOf, pickedOf, rowsOf, walkTo } from "./terms.js";
import { clearWorking, connectWorking, drawWorking } from "./working.js";

const REST_MS = 160; // without movement, after which the server explains the number in view
const ALONG = ["kernels", "function", "normalize", "scale", "pool", "sum", "pad"]; // roles whose maps can be walked
const $ = (selector) => document.querySelector(selector);

export function connectMaking(page) {
  const view = {
    place: null,
    moved: null,
    wanted: null,
    order: [],
    isAll: false,
    looked: null,
    values: null,
    timer: 0,
  };
  view.player = new Player({ step: (index) => paintTo(page, view, index), end: () => settle(page, view) });
  connectWorking(page);
  connectTerms(page, view);
  connectMap(page, view);
  connectColumns(page, view);
  showStrip(page, null, null);
  const making = part(page, {
    isFollowing: true,
    show: () => showPresent(page, view),
    question: () => asked(page),
    answer: async (question, isNewest) => {
      const answer = await ask(page, question);
      if (!answer) return;
      const isThere = page.explained?.place === placeKey(question);
      if (page.state.layer === null || (!isNewest() && isThere)) return;
      const isNew = page.explained?.place !== placeKey(question);
      page.explained = { ...answer, key: question.key, place: placeKey(question) };
      if (isNew) Object.assign(view, { isAll: false, looked: null, values: null, wanted: null });
      if (isNew) view.player.stop();
      draw(page, view);
      if (isNew && page.wasClicked) takeFocus();
      announce(page.explained);
      if (isNew) begin(page, view);
      if (isNew) page.change({}, { isLive: true });
    },
  });
  view.forget = making.forget;
  return making;
}

async function ask(page, question) {
  const { layer, channel, x, y } = question;
  const kept = page.explained?.place === placeKey(question) ? page.explained : null;
  const fields = { ...page.pictureFields, layer, channel, x, y, ...(kept && { contributions: "false" }) };
  const isStale = () => page.maps?.key !== question.key; // meanwhile another network or picture is looked at
  const answer = await explainUnit(page.model.name, page.source, fields);
  const contributions = kept?.contributions ?? (await readContributions(answer));
  if (isStale()) return null;
  await Promise.all([...inputsOf(page, answer, layer)].map((name) => page.maps.whole(name)));
  if (isStale()) return null;
  return { ...answer, step: stepOf(page, layer), contributions, layer, channel, x, y };
}

/** A pool's step, [down, across], as its description says. */
function stepOf({ model }, layer) {
  const { stride, pool_size: size = 2 } = model.layers.find(({ name }) => name === layer) ?? {};
  const sides = [stride ?? size].flat();
  return [sides[0], sides.at(-1)];
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

async function readContributions({ contributions, contributions_limit: limit, inputs }) {
  if (!contributions) return null;
  return { limit, maps: readSprite(await readPixels(contributions), inputs.length, limit) };
}

/** What is open is drawn again, in another theme or scale too; nothing is where nothing is open. */
function showPresent(page, view) {
  const question = asked(page);
  const isPresent = question !== null && page.explained?.place === placeKey(question);
  $("#making").hidden = page.state.layer === null;
  if (page.state.layer === null) clearWorking();
  if (isPresent && !view.player.isPlaying && !view.wanted) draw(page, view);
  if (page.state.layer === null && view.place !== null) fold(page, view);
}

function fold(page, view) {
  view.player.stop();
  view.forget();
  Object.assign(view, { moved: null, looked: null, place: null });
  $("#making").removeAttribute("data-unit");
  $("#play").hidden = true;
  showStrip(page, null, null);
}

function draw(page, view) {
  const { explained } = page;
  const layer = page.layer(explained.layer);
  if (explained.x === view.wanted?.x && explained.y === view.wanted.y) view.wanted = null;
  Object.assign(view, { moved: null, place: explained.place, order: orderOf(page, explained, view.isAll) });
  $("#making").dataset.unit = [layer.name, explained.channel, explained.x, explained.y].join(" ");
  drawHero(page, layer);
  const rows = rowsOf(page, explained, view.order);
  const words = { heads: headsOf(page, explained), node: nodeOf(page, explained) };
  $("#terms").show({ ...rows, ...words, picked: pickedOf(page), isAll: view.isAll });
  drawWorking(page, layer);
  showStrip(page, explained, view.looked);
  showPlayer(page, view);
  markField(page);
}

/** The window goes on to another number, worked out here; the server explains it where it comes to rest. */
function move(page, view, x, y) {
  const { before, own } = view.values;
  view.moved = movedTo(page.explained, before, own, x, y);
  $("#terms").move(rowsOf(page, view.moved, view.order));
  moveHero(view.moved);
  showStrip(page, view.moved, view.looked);
  markField(page, view.moved.receptive_field);
}

/** After a click the map is painted before one's eyes, unless movement is unwanted. */
async function begin(page, view) {
  const { wasClicked } = page;
  page.wasClicked = false;
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (wasClicked && !isStill && (await load(page, view))) play(page, view);
}

/** Whether the values that a walk over the map needs are there. */
async function load(page, view) {
  const { explained } = page;
  if (!canWalk(page) || view.values) return Boolean(view.values);
  const names = [...page.layer(explained.layer).from, ...(explained.role === "kernels" ? [] : [explained.layer])];
  await page.attempt(async () => {
    const values = await Promise.all(names.map((name) => page.maps.values(name)));
    if (page.explained?.place === explained.place) view.values = { before: values, own: values.at(-1) };
  });
  return Boolean(view.values);
}

function canWalk({ explained, maps }) {
  return ALONG.includes(explained.role) && maps.named.get(explained.layer).shape.length === 3;
}

function play(page, view) {
  const { width, height } = mapOf(page);
  view.player.play(width * height);
  showPlayer(page, view);
}

function paintTo(page, view, index) {
  const { width } = mapOf(page);
  $("#map").reveal(index);
  $("#terms").reveal(index);
  move(page, view, index % width, Math.floor(index / width));
}

/** The whole map, with the window where it was before. */
function settle(page, view) {
  $("#map").reveal(null);
  $("#terms").reveal(null);
  draw(page, view);
}

function mapOf({ explained, maps }) {
  return maps.named.get(explained.layer).maps[explained.channel];
}

function showPlayer(page, view) {
  $("#play").hidden = !canWalk(page);
  $("#play").textContent = view.player.isPlaying ? `❚❚ ${_("Pause")}` : `▶ ${_("Row by row")}`;
  $("#making").toggleAttribute("data-playing", view.player.isPlaying);
}

/** What was clicked has folded: the arrow keys move the window of what has unfolded. */
function takeFocus() {
  const { activeElement } = document;
  if (!$("#making").contains(activeElement) || !activeElement.checkVisibility())
    $("#map").focus({ preventScroll: true });
}

function announce({ x, y, value }) {
  const place = _("row %(row)s, column %(column)s", { row: y, column: x });
  $("#announcement").textContent = `${place}: ${number(value, 4)}`;
}

function connectTerms(page, view) {
  const terms = $("#terms");
  terms.addEventListener("walk", ({ detail }) => page.open(walkTo(page, detail), { walked: true }));
  terms.addEventListener("pick", ({ detail }) => page.change({ source: detail }));
  terms.addEventListener("look", ({ detail }) => {
    view.looked = detail;
    if (page.explained) showStrip(page, view.moved ?? page.explained, detail);
  });
  terms.addEventListener("more", () => {
    view.isAll = !view.isAll;
    draw(page, view);
  });
  $("#making-close").addEventListener("click", () => close(page));
  $("#play").addEventListener("click", async () => {
    if (view.player.isPlaying) view.player.pause();
    else if (await load(page, view)) play(page, view);
    showPlayer(page, view);
  });
}

/** Where nothing is open, the strip says what one points at; of a class it always gives the sum. */
function connectColumns(page, view) {
  const sums = new Map();
  $("#maps").addEventListener("column", ({ detail }) => sayInStrip(detail ? sentenceOf(page, detail) : ""));
  $("#maps").addEventListener("trace", async ({ detail }) => {
    const layer = page.layer(detail.layer);
    if (!["weigh", "softmax"].includes(layer.role)) return;
    const key = JSON.stringify([page.maps.key, detail]);
    if (!sums.has(key)) sums.set(key, explainUnit(page.model.name, page.source, { ...page.pictureFields, ...detail }));
    const sum = await sums.get(key).catch(() => null);
    const isStill = $("#maps").pointed?.layer === detail.layer && $("#maps").pointed.channel === detail.channel;
    const title = { label: channelTitle(layer, detail.channel, page.model.classes) };
    const words = layer.role === "weigh" ? _("score of %(label)s", title) : _("probability of %(label)s", title);
    if (sum && isStill) showSum({ ...sum, ...detail }, words);
  });
  $("#maps").addEventListener("lines", () => sayInStrip(`${$("#strip-line").textContent} ${LINES}`));
  for (const type of ["pointerout", "focusout"])
    $("#answer").addEventListener(type, () => showStrip(page, view.moved ?? page.explained, view.looked));
  document.addEventListener("keydown", ({ key, defaultPrevented }) => {
    const isFree = !defaultPrevented && !document.querySelector("dialog[open], .menu[open]");
    if (key === "Escape" && isFree && page.state.layer !== null) close(page);
  });
}

/** Hovering the map moves the window until a click holds it; arrow keys always do. */
function connectMap(page, view) {
  let isHeld = page.state.x !== null;
  const go = (x, y) => {
    const { width, height } = mapOf(page);
    const [column, row] = [Math.max(0, Math.min(width - 1, x)), Math.max(0, Math.min(height - 1, y))];
    view.wanted = { x: column, y: row };
    view.player.stop();
    $("#map").reveal(null);
    $("#terms").reveal(null);
    if (view.values) move(page, view, column, row);
    else load(page, view);
    clearTimeout(view.timer);
    view.timer = setTimeout(() => page.explained && page.moveTo(column, row), view.values ? REST_MS : 0);
  };
  $("#map").addEventListener("point", ({ detail }) => isHeld || view.player.isPlaying || go(detail.x, detail.y));
  $("#map").addEventListener("move", ({ detail }) => {
    const { x, y } = view.wanted ?? view.moved ?? page.explained;
    go(x + detail.x, y + detail.y);
  });
  $("#map").addEventListener("click", ({ pointerType }) => {
    if (view.player.isPlaying) {
      view.player.stop();
      settle(page, view);
    } else isHeld = !isHeld && pointerType !== "touch";
  });
}
