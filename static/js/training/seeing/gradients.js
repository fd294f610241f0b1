// The size of each layer's gradient and its dead ReLUs over the training's time, at the moment that is shown.

import "./gradient-lines.js";
import { depth } from "./gradient-lines.js";
import { h, say } from "../../shared/dom.js";
import { number, percent, short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { layerTitle } from "../../shared/layers.js";
import { emptySentence, epochsAt, momentOf, momentTitle, momentsOf, showMoment } from "./moment.js";

const BEFORE = _(
  "How strongly each layer learns, and which ReLUs are dead, will be drawn here while the network learns.",
);
const NOTICED = 2; // times, from which on a difference is told
const $ = (selector) => document.querySelector(selector);

export function connectGradients(page) {
  for (const chart of document.querySelectorAll("gradient-lines"))
    chart.addEventListener("moment", ({ detail }) => showMoment(page, momentsOf(page).indexOf(known(page)[detail])));
  return { refresh: () => refresh(page) };
}

/** The moments that tell gradients: those of older runs do not. */
function known(page) {
  return momentsOf(page).filter(({ gradients }) => gradients?.length);
}

function refresh(page) {
  const [snapshot, moments] = [momentOf(page), known(page)];
  const at = moments.indexOf(snapshot);
  $("#gradients-card").hidden = Boolean(snapshot) && at < 0;
  $("#gradients-empty").hidden = at >= 0;
  $("#gradients-body").hidden = at < 0;
  $("#gradients-fact").textContent = snapshot ? momentTitle(page, snapshot) : "";
  if (at < 0) return say($("#gradients-empty"), emptySentence(page, BEFORE));
  const xs = moments.map((moment) => epochsAt(page, moment));
  draw($("#gradient-sizes"), {
    xs,
    at,
    moments,
    of: "gradients",
    value: ({ size }) => size,
    isLog: true,
    title: _("Gradient"),
  });
  const hasRelus = snapshot.relus.length > 0;
  $("#dead-relus").hidden = !hasRelus;
  if (hasRelus)
    draw($("#dead-lines"), {
      xs,
      at,
      moments,
      of: "relus",
      value: ({ dead, units }) => dead / units,
      title: _("Dead ReLUs"),
    });
  say($("#gradients-note"), sentence(snapshot));
  say($("#dead-note"), deadSentence(snapshot));
  showTable(snapshot);
  return undefined;
}

function draw(chart, { xs, at, moments, of, value, isLog = false, title }) {
  const layers = moments[at][of];
  const lines = layers.map((_layer, index) => ({
    values: moments.map((moment) => finite(value(moment[of][index]))),
  }));
  const [first, last] = [layers[0], layers.at(-1)];
  const written = (row) => `${layerTitle(row.layer)} ${isLog ? short(value(row) ?? NaN) : percent(value(row))}`;
  chart.show({ xs, lines, at, isLog, label: `${title}: ${written(first)} … ${written(last)}` });
}

function finite(value) {
  return Number.isFinite(value) ? value : null;
}

/** How many times smaller the first layer's gradient is than the last's. */
function sentence({ gradients }) {
  const [first, last] = [gradients[0], gradients.at(-1)];
  if (gradients.length < 2 || !Number.isFinite(first.size) || !Number.isFinite(last.size)) return "";
  const names = { first: layerTitle(first.layer), last: layerTitle(last.layer) };
  if (first.size === 0 && last.size > 0) return _("No gradient reaches %(first)s any more.", names);
  const [times, inverse] = [last.size / first.size, first.size / last.size];
  if (times >= NOTICED)
    return _("The gradient of %(first)s is %(times)s times smaller than that of %(last)s.", {
      ...names,
      times: rounded(times),
    });
  if (inverse >= NOTICED)
    return _("The gradient of %(first)s is %(times)s times larger than that of %(last)s.", {
      ...names,
      times: rounded(inverse),
    });
  return _("The gradients of %(first)s and %(last)s are of like size.", names);
}

function rounded(times) {
  return times < 10 ? number(times, 1) : short(Number(times.toPrecision(2)), 0);
}

function deadSentence({ relus }) {
  const [dead, units] = ["dead", "units"].map((name) => relus.reduce((sum, row) => sum + row[name], 0));
  return _("%(dead)s of %(units)s are dead: zero for every picture, and nothing passes back through them.", {
    dead: number(dead),
    units: number(units),
  });
}

/** All layers in numbers. */
function showTable({ gradients, relus }) {
  const rows = [
    ...gradients.map(({ layer, size }, index) => row(layer, short(size ?? NaN, 4), depth(index, gradients.length))),
    ...relus.map(({ layer, dead, units }, index) =>
      row(layer, _("%(dead)s of %(units)s dead", { dead, units }), depth(index, relus.length)),
    ),
  ];
  $("#gradients-table").replaceChildren(...rows);
}

function row(layer, text, share) {
  const swatch = h("i", { "aria-hidden": "true" });
  swatch.style.setProperty("--depth", `${share}%`);
  return h("tr", {}, h("th", { scope: "row" }, swatch, layerTitle(layer)), h("td", { class: "figure" }, text));
}
