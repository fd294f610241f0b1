// All activation maps of the network as columns that unfold, and the edges that lead to one of them.

import "./map-columns.js";
import "../../shared/range-scale.js";
import { _ } from "../../shared/i18n.js";
import { activity, strongest } from "../../shared/maps.js";
import { present } from "../../shared/theme.js";
import { part } from "../../rooms/part.js";
import { columnsOf, isCut, limitOf, titleOf } from "./column.js";
import { Edges } from "./edges.js";
import { Recording } from "./recording.js";
import { otherFields, pairKey } from "./pair.js";
import { keeperOf, openPath, showsAllSteps } from "./shown.js";
import { IN_BETWEEN, pathTo } from "./tree.js";

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
    showScale(page);
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
  columns.addEventListener("open", ({ detail }) => {
    page.open(detail);
    bring($("#making"));
  });
  columns.addEventListener("unfold", ({ detail }) => page.change({ open: detail, whole: null }));
  columns.addEventListener("fold", ({ detail }) => page.change({ open: around(page, detail), whole: null }));
  columns.addEventListener("whole", ({ detail }) => page.change({ whole: detail }));
  columns.addEventListener("trace", async ({ detail }) => columns.draw(detail, await edges.shown(detail)));
  $("#show-steps").addEventListener("change", ({ target }) => page.change({ steps: target.checked }));
  $("#show-all").addEventListener("change", ({ target }) => page.change({ all: target.checked }));
  document.addEventListener("theme", () => page.change({}));
}

/** What is open once a node is folded: the one around it. */
function around({ maps }, name) {
  return pathTo(maps.tree, name).at(-2)?.name ?? null;
}

/** What was opened is brought into sight. */
function bring(card) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  card.scrollIntoView({ block: "nearest", behavior: isStill ? "auto" : "smooth" });
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

/** What is open when the maps have come: what the address says, or else a map to walk back from. */
function opened(page) {
  const { state, maps } = page;
  if (!maps.named.has(state.layer)) return firstOpen(maps);
  const keeper = state.open ? null : keeperOf(page, state.layer);
  return keeper ? { open: keeper } : {};
}

/**
 * What is open at first: the busiest map of the second convolution, so that there is something to walk back through;
 * of a deep network the most excited one of its first stage.
 */
function firstOpen({ isStaged, tree, layers, named }) {
  const convolutions = layers.filter(({ role }) => role === "kernels");
  const layer = isStaged ? named.get(tree[1].layer) : (convolutions[1] ?? convolutions[0] ?? layers[0]);
  const channel = layer.order?.[0] ?? strongest(layer.maps.map(activity), 1)[0];
  return { layer: layer.name, channel, x: null, y: null, source: null };
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
  $("#show-all-row").hidden = page.maps.isStaged || !isCut(page);
  $("#show-all").checked = page.state.all;
  $("#show-steps-row").hidden = !page.maps.layers.some(({ role }) => IN_BETWEEN.includes(role));
  $("#show-steps").checked = showsAllSteps(page);
  $("#mirror-note").hidden = !page.answer?.mirrored;
}

function showScale(page) {
  const layer = page.layer(page.state.layer);
  if (!layer || layer.limit === null) return;
  const limit = limitOf(page, layer);
  $("#maps-scale").show("soft", [-limit, 0, limit]);
  $("#maps-note").textContent =
    page.state.scale === "all"
      ? _("The same colors for all layers.")
      : _("Colors of %(layer)s; every layer has its own scale, the numbers above it say which.", {
          layer: titleOf(page, layer.name),
        });
}
