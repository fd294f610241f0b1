// "Simple first, complex later", measured: each layer's mean selectivity for orientation and for a class.

import { readSelectivity } from "../api.js";
import { h } from "../shared/dom.js";
import { fixed, number } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { datasetTitle, layerTitle } from "../shared/layers.js";
import { part } from "../rooms/part.js";

const $ = (selector) => document.querySelector(selector);

export function connectSelectivity(page) {
  let shown = null;
  return part(page, {
    show: () => ($("#selective-card").hidden = shown !== page.model.name),
    question: () => page.explained && { model: page.model.name }, // after what the visitor waits for
    answer: async ({ model }, isNewest) => {
      const answer = await readSelectivity(model);
      if (!isNewest()) return;
      shown = model;
      show(answer);
    },
  });
}

function show({ layers, source, looked_at: count }) {
  const hasClasses = layers.some(({ class_index: index }) => index !== null);
  $("#selective-card").hidden = layers.length < 2;
  $("#selective-fact").textContent = hasClasses
    ? _("%(count)s pictures of %(source)s", { count: number(count), source: datasetTitle(source) })
    : "";
  const head = h(
    "tr",
    {},
    h("td", {}),
    layers.map(({ layer }) => h("th", { scope: "col" }, layerTitle(layer))),
  );
  const rows = [
    row(
      _("orientation"),
      layers.map((layer) => layer.orientation_index),
    ),
  ];
  if (hasClasses)
    rows.push(
      row(
        _("class"),
        layers.map((layer) => layer.class_index),
      ),
    );
  $("#selective").replaceChildren(h("thead", {}, head), h("tbody", {}, rows));
}

function row(title, values) {
  return h("tr", {}, h("th", { scope: "row" }, title), values.map(cell));
}

function cell(value) {
  if (value === null) return h("td", {}, "–");
  const bar = h("span", { class: "column-bar", "aria-hidden": "true" });
  bar.style.setProperty("--share", value);
  return h("td", {}, bar, h("span", { class: "figure" }, fixed(value, 2)));
}
