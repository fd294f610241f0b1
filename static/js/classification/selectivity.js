// How much is known at which layer, by its linear probe, and each layer's mean selectivity for orientation and for a
// class.

import { readSelectivity } from "../api.js";
import { h } from "../shared/dom.js";
import { fixed, number, percent } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { datasetTitle, layerTitle } from "../shared/layers.js";
import { part } from "../rooms/part.js";
import { isOpen } from "./folds.js";
import { nodeTitle } from "./columns/column.js";
import { isDeep, pathTo, treeOf } from "./columns/tree.js";

const $ = (selector) => document.querySelector(selector);

export function connectSelectivity(page) {
  return part(page, {
    show: () => showRow(page),
    question: () => (isOpen("#selective-card") ? { model: page.model.name } : null),
    answer: async ({ model }, isNewest) => {
      const answer = await readSelectivity(model);
      if (!isNewest()) return;
      show({ ...answer, layers: withProbes(page.model, stepsOf(page.model, answer.layers)) });
    },
  });
}

function show({ layers, source, looked_at: count }) {
  const hasClasses = layers.some(({ class_index: index }) => index !== null);
  $("#selective-fact").textContent = hasClasses
    ? _("%(count)s pictures of %(source)s", { count: number(count), source: datasetTitle(source) })
    : "";
  const head = h(
    "tr",
    {},
    h("td", {}),
    layers.map(({ title }) => h("th", { scope: "col" }, title)),
  );
  const rows = [
    row(
      _("orientation"),
      layers.map((layer) => layer.orientation_index),
    ),
  ];
  if (layers.some(({ probe }) => probe !== null))
    rows.unshift(
      row(
        _("probe accuracy"),
        layers.map(({ probe }) => probe),
        percent,
      ),
    );
  if (hasClasses)
    rows.push(
      row(
        _("class"),
        layers.map((layer) => layer.class_index),
      ),
    );
  $("#selective").replaceChildren(h("thead", {}, head), h("tbody", {}, rows));
}

/**
 * What has a column: {title, first, orientation_index, class_index} of each layer, or means of a deep network's stages;
 * `first` is its first layer.
 */
function stepsOf(model, layers) {
  if (!isDeep(model)) return layers.map((layer) => ({ ...layer, first: layer.layer, title: layerTitle(layer.layer) }));
  const stages = treeOf(model).map((node) => [node, layers.filter(({ layer }) => pathTo([node], layer).length)]);
  return stages
    .filter(([, inside]) => inside.length)
    .map(([node, inside]) => ({
      title: nodeTitle(node),
      first: inside[0].layer,
      orientation_index: mean(inside.map((layer) => layer.orientation_index)),
      class_index: inside[0].class_index === null ? null : mean(inside.map((layer) => layer.class_index)),
    }));
}

/** Each with `probe`, the accuracy of the last probe before the next column begins, or null. */
function withProbes({ layers, probes }, steps) {
  const placeOf = (name) => layers.findIndex((layer) => layer.name === name);
  return steps.map((step, index) => {
    const [from, to] = [placeOf(step.first), steps[index + 1] ? placeOf(steps[index + 1].first) : Infinity];
    const last = probes?.layers.findLast(({ layer }) => placeOf(layer) >= from && placeOf(layer) < to);
    return { ...step, probe: last?.accuracy ?? null };
  });
}

/** A network with one layer that has maps has nothing to compare. */
function showRow({ model, maps }) {
  const probed = model.probes?.layers ?? [];
  $("#selective-card").hidden = (maps?.layers ?? []).filter(({ role }) => role === "kernels").length < 2;
  showKnown(probed);
  $("#selective-value").textContent =
    probed.length < 3
      ? _("how selective the maps of each layer are")
      : spread(probed)
          .map(({ accuracy }) => percent(accuracy))
          .join(" → ");
}

/** The first, a middle and the last. */
function spread(layers) {
  return [layers[0], layers[Math.floor(layers.length / 2)], layers.at(-1)];
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** "Simple first, complex later", measured: how often classes are read off the first layer, a middle, the last. */
function showKnown(probed) {
  $("#known").hidden = probed.length < 3;
  if (probed.length < 3) return;
  const [first, middle, last] = spread(probed);
  $("#known").textContent = _(
    "Simple first, complex later: a linear probe has %(first)s test accuracy on the pixels, %(middle)s after %(middle_layer)s, %(last)s after %(last_layer)s.",
    {
      first: percent(first.accuracy),
      middle: percent(middle.accuracy),
      middle_layer: layerTitle(middle.layer),
      last: percent(last.accuracy),
      last_layer: layerTitle(last.layer),
    },
  );
}

function row(title, values, written = (value) => fixed(value, 2)) {
  const cells = values.map((value) => cell(value, written));
  return h("tr", {}, h("th", { scope: "row" }, title), cells);
}

function cell(value, written) {
  if (value === null) return h("td", {}, "–");
  const bar = h("span", { class: "column-bar", "aria-hidden": "true" });
  bar.style.setProperty("--share", value);
  return h("td", {}, bar, h("span", { class: "figure" }, written(value)));
}
