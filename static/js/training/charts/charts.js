// Loss and accuracy of the runs that are shown, drawn while they learn.

import "./run-chart.js";
import { LiveCurve, axisEnd, epochCurve, join } from "./curves.js";
import { h, say } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { gapSentence, measureGap } from "./gap.js";
import { _ } from "../../shared/i18n.js";
import { colorOf, lookOf, tokenOf } from "./colors.js";
import { connectExports } from "./exports.js";
import { connectNumbers } from "./numbers.js";
import { titleOf } from "./words.js";

const ABOVE = 1.08; // room for the name of the level
const KINDS = ["live", "train", "validation"];
const $ = (selector) => document.querySelector(selector);

/** Each chart: the live field, its two fields of the history, and how its numbers are written. */
const CHARTS = {
  loss: { live: "loss", train: "train_loss", validation: "validation_loss", digits: 3 },
  accuracy: { live: "accuracy", train: "train_accuracy", validation: "validation_accuracy", digits: 3, top: 1 },
};

export function connectCharts(page) {
  const view = { zoom: null, isLog: false, smoothing: Number($("#smoothing").value), curves: new WeakMap() };
  const draw = () => drawAll(page, view);
  const numbers = connectNumbers(page);
  const exports = connectExports(page);
  for (const chart of document.querySelectorAll("run-chart")) {
    chart.addEventListener("zoom", ({ detail }) => {
      view.zoom = detail;
      draw();
    });
  }
  $("#zoom-out").addEventListener("click", () => {
    $("#loss-chart").dispatchEvent(new CustomEvent("zoom", { detail: null }));
    $("#loss-chart .plot").focus(); // the button is gone
  });
  $("#log-scale").addEventListener("change", ({ target }) => {
    view.isLog = target.checked;
    draw();
  });
  $("#smoothing").addEventListener("input", ({ target }) => {
    view.smoothing = Number(target.value);
    draw();
  });
  let key = "";
  return {
    refresh() {
      const shown = JSON.stringify(page.shown.map(({ id }) => id));
      if (shown !== key) view.zoom = null;
      key = shown;
      showKey(page);
      draw();
      numbers.refresh();
      exports.refresh();
    },
    hear: draw,
  };
}

function drawAll(page, view) {
  const runs = page.shown
    .map((run, index) => ({ run, index, token: tokenOf(index), feed: page.feeds.get(run.id) }))
    .filter(({ feed }) => feed);
  const end = runs.length ? Math.max(...runs.map(endOf)) : page.state.training.epochs;
  const classes = (page.run ?? page.state.network).classes.length ?? page.state.network.classes;
  for (const [name, chart] of Object.entries(CHARTS)) {
    const curves = runs.flatMap(({ feed }) => KINDS.map((kind) => curveOf(view, feed, chart, name, kind)));
    $(`#${name}-chart`).show({
      data: join(curves),
      lines: runs.flatMap(({ index, token, feed }) =>
        KINDS.map((kind) => ({ run: index, kind: lookOf(kind, feed), token })),
      ),
      names: runs.map(({ run, token }) => ({ title: titleOf(run), token })),
      shades: runs.slice(0, 1).map((shown) => shadeOf(shown, chart, name)), // more shades would hide each other
      marks: marksOf(page, name),
      levels: [guessing(classes, name)],
      high: name === "loss" ? Math.log(classes) * ABOVE : null,
      empty: runs.length ? awaited(runs) : name === "loss" ? _("Press Start: the curves draw themselves here.") : "",
      label: labelOf(name, runs),
      zoom: view.zoom,
      isLog: view.isLog && name === "loss",
      top: chart.top ?? null,
      digits: chart.digits,
      end,
    });
  }
  showGaps(page);
  $("#zoom-out").hidden = view.zoom === null;
  $("#zoom-hint").hidden = view.zoom !== null || runs.length === 0;
}

function awaited(runs) {
  return runs.every(({ feed }) => feed.hasEnded)
    ? _("This run ended before it showed anything.")
    : _("The first point comes with the first batch.");
}

/** How far the axis goes for a run; to the last epoch where it ended early. */
function endOf({ run, feed }) {
  const now = Math.max(feed.epochs.at(-1)?.epoch ?? 0, feed.step ? feed.epochAt(feed.step.step) : 0);
  return feed.hasEnded ? now || 1 : axisEnd(now, run.epochs);
}

function curveOf(view, feed, chart, name, kind) {
  if (kind !== "live") return epochCurve(feed.epochs, chart[kind]);
  const curves = view.curves.get(feed) ?? {};
  view.curves.set(feed, curves);
  curves[name] ??= new LiveCurve(chart.live);
  return curves[name].update(feed, view.smoothing);
}

/** The gap is shaded where validation is worse than training; where it is better there is none. */
function shadeOf({ feed, token }, chart, name) {
  const rows = feed.epochs.filter((row) => Number.isFinite(row[chart.validation]) && Number.isFinite(row[chart.train]));
  const worse = chart.top ? Math.min : Math.max;
  const measured = name === "loss" ? measureGap(feed.epochs) : null;
  const text = measured?.isOverfitting ? _("overfitting: %(gap)s", { gap: number(measured.gap, 1) }) : null;
  return {
    token,
    xs: rows.map(({ epoch }) => epoch),
    low: rows.map((row) => row[chart.train]),
    high: rows.map((row) => worse(row[chart.train], row[chart.validation])),
    name: text,
  };
}

/** What a network that guesses gets: every class has the same probability. */
function guessing(classes, name) {
  return { y: name === "loss" ? Math.log(classes) : 1 / classes, text: _("guessing") };
}

/** Where the learning rate was changed by hand, and the moment that is looked at. */
function marksOf({ feed, state }, name) {
  if (!feed) return [];
  const written = (rate) => (name === "loss" ? `lr ${number(rate, 5)}` : "");
  const changes = feed.changes.map(({ step, learning_rate: rate }) => ({
    x: feed.epochAt(step),
    text: written(rate),
    token: "--soft-ink",
  }));
  const moment = state.snapshot === null ? null : feed.snapshots.find(({ number: at }) => at === state.snapshot);
  return moment ? [...changes, { x: feed.epochAt(moment.step), text: "", token: "--ink" }] : changes;
}

function labelOf(name, runs) {
  const title = name === "loss" ? _("Loss") : _("Accuracy");
  if (!runs.length) return _("%(chart)s: no run is open yet", { chart: title });
  const now = runs.map(({ run, feed }) => {
    const last = feed.epochs.at(-1);
    const fields = CHARTS[name];
    return last
      ? _("%(run)s: training %(train)s, validation %(validation)s", {
          run: titleOf(run),
          train: number(last[fields.train], 3),
          validation: number(last[fields.validation] ?? NaN, 3),
        })
      : titleOf(run);
  });
  const keys = _("Arrow keys move along the curves, plus and minus zoom, Escape shows the whole.");
  return `${title}. ${now.join("; ")}. ${keys}`;
}

function showKey({ shown }) {
  const titles = JSON.stringify(shown.map(titleOf));
  if ($("#run-key").dataset.shown === titles) return;
  $("#run-key").dataset.shown = titles;
  $("#run-key").replaceChildren(
    ...shown.map((run, index) => {
      const swatch = h("span", { class: "swatch-line", "aria-hidden": "true" });
      swatch.style.background = colorOf(index);
      return h("li", {}, swatch, titleOf(run));
    }),
  );
}

function showGaps({ shown, feeds }) {
  const said = shown
    .map((run) => [run, gapSentence(feeds.get(run.id)?.epochs ?? [])])
    .filter(([, sentence]) => sentence);
  const text = said.map(([run, sentence]) => (shown.length > 1 ? `${titleOf(run)}: ${sentence}` : sentence)).join("\n");
  say($("#gap-told"), text);
}
