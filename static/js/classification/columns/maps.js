// All activation maps of the network as columns that unfold, and the edges that lead to one of them.

import "./answer-rows.js";
import "./map-columns.js";
import { emit } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { present } from "../../shared/theme.js";
import { part } from "../../rooms/part.js";
import { columnsOf, isCut } from "./column.js";
import { Edges } from "./edges.js";
import { Recording } from "./recording.js";
import { otherFields, pairKey } from "./pair.js";
import { answerLayers, keeperOf, openPath, showsAllSteps } from "./shown.js";
import { IN_BETWEEN, pathTo } from "./tree.js";

const NO_MAP = { layer: null, channel: null, x: null, y: null, source: null };
const $ = (selector) => document.querySelector(selector);

export function connectMaps(page) {
  listen(page);
  let drawn = "";
  const show = () => {
    if (!page.maps) return;
    const key = lookOf(page);
    if (key !== drawn) draw(page);
    drawn = key;
    $("#maps").choose(page.state);
    $("#maps").wait(page.state.open);
  };
  return part(page, {
    isFollowing: true,
    show,
    question: () => asked(page),
    answer: async ({ key }, isNewest) => {
      const isNew = page.maps?.key !== key;
      const recording = isNew ? new Recording(page, key, otherFields(page)) : page.maps;
      await recording.first();
      await Promise.all(wanted(page, recording));
      if (!isNewest()) return;
      page.maps = recording;
      page.change(isNew ? opened(page) : {});
    },
  });
}

function listen(page) {
  const edges = new Edges(page);
  const columns = $("#maps");
  columns.addEventListener("open", ({ detail }) => page.open(detail, { isClick: true }));
  columns.addEventListener("close", () => close(page));
  columns.addEventListener("unfold", ({ detail }) => page.change({ open: detail, whole: null }));
  columns.addEventListener("fold", ({ detail }) => fold(page, detail));
  columns.addEventListener("whole", ({ detail }) => page.change({ whole: detail }));
  columns.addEventListener("trace", async ({ detail }) => {
    const isDrawn = columns.draw(detail, await edges.shown(detail));
    if (isDrawn) emit(columns, "lines", detail);
  });
  $("#show-steps").addEventListener("change", ({ target }) => page.change({ steps: target.checked }));
  $("#show-all").addEventListener("change", ({ target }) => page.change({ all: target.checked }));
  document.addEventListener("theme", () => page.change({}));
}

/** Folds a node, and with it the map inside of it that is open. */
function fold(page, name) {
  const isInside = pathTo(page.maps.tree, page.state.layer).some((node) => node.name === name);
  Object.assign(page.state, { open: around(page, name), whole: null });
  if (isInside) page.explained = null;
  page.change(isInside ? NO_MAP : {});
}

/** Folds what is unfolded; the focus goes back to the map. */
export function close(page) {
  const tile = $("#maps .map[aria-pressed='true']");
  page.trail = [];
  page.explained = null;
  page.change(NO_MAP);
  tile?.focus({ preventScroll: true });
}

/** What is open once a node is folded: the one around it. */
function around({ maps }, name) {
  return pathTo(maps.tree, name).at(-2)?.name ?? null;
}

function asked(page) {
  const { open, whole, layer, channel } = page.state;
  return { key: pairKey(page), open, whole, layer, channel };
}

/** What is still to come of what is open: the columns of its parts, and whole layers. */
function wanted({ state }, recording) {
  const { open, whole, layer, channel } = state;
  const path = pathTo(recording.tree, open).filter(({ inside }) => inside);
  const missing = layer && !recording.named.get(layer)?.maps[channel ?? 0] ? [layer] : [];
  const wholes = [whole, ...missing].filter((name) => recording.named.has(name));
  return [...path.map(({ name }) => recording.part(name)), ...wholes.map((name) => recording.whole(name))];
}

/** What is open when the maps have come: what the address says, if the network has it. */
function opened(page) {
  const { state, maps } = page;
  if (!maps.named.has(state.layer)) return NO_MAP;
  const keeper = state.open ? null : keeperOf(page, state.layer);
  return keeper ? { open: keeper } : {};
}

/** What the columns look like depends on these alone. */
function lookOf(page) {
  const { scale, all, whole, open } = page.state;
  const isThere = whole && page.maps.named.get(whole)?.maps.length;
  const path = openPath(page).map(({ name }) => name);
  const shown = [page.maps.key, page.probes?.key, isThere, path, showsAllSteps(page), present()];
  return JSON.stringify([...shown, scale, all, whole, open]);
}

function draw(page) {
  $("#maps").show(columnsOf(page), page.state);
  const layers = answerLayers(page);
  const scores = page.layer(layers[0]).maps.map(({ data }) => data[0]);
  $("#answer").fill({ classes: page.model.classes, layers, scores });
  $("#show-all-row").hidden = page.maps.isStaged || !isCut(page);
  $("#show-all").checked = page.state.all;
  $("#show-steps-row").hidden = !page.maps.layers.some(({ role }) => IN_BETWEEN.includes(role) || role === "function");
  $("#show-steps").checked = showsAllSteps(page);
  $("#mirror-note").hidden = !page.answer?.mirrored;
  $("#maps-note").textContent =
    page.state.scale === "all" ? _("The same colors for all layers.") : _("Every layer has its own scale of colors.");
}
