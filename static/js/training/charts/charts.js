// Accuracy or loss of the runs on the stage, drawn while they learn, with two large numbers at the ends of the curves.

import "./chart-ends.js";
import "./run-chart.js";
import { LiveCurve, axisEnd, epochCurve, join } from "./curves.js";
import { h, say } from "../../shared/dom.js";
import { fixed, number, percent } from "../../shared/format.js";
import { gapSentence } from "./gap.js";
import { _ } from "../../shared/i18n.js";
import { colorOf, curveToken, lookOf, tokenOf } from "./colors.js";
import { headline, stateAfter } from "./headline.js";
import { showSummary } from "./summary.js";
import { titleOf } from "./words.js";

const ABOVE = 1.08; // room for the name of the level
const ONE_POINT = 0.015; // a gap that would be rounded to it has no name
const KINDS = ["live", "train", "validation"];
const $ = (selector) => document.querySelector(selector);

/** Each chart: the live field, its two fields of the history, and how its numbers are written. */
export const CHARTS = {
  loss: { live: "loss", train: "train_loss", validation: "validation_loss", digits: 3 },
  accuracy: { live: "accuracy", train: "train_accuracy", validation: "validation_accuracy", digits: 3, top: 1 },
};

export function connectCharts(page) {
  const view = {
    measure: "accuracy",
    zoom: null,
    isLog: false,
    smoothing: Number($("#smoothing").value),
    curves: new WeakMap(),
  };
  const draw = () => drawAll(page.onStage, view);
  for (const chart of document.querySelectorAll(".chart-box run-chart")) {
    chart.addEventListener("zoom", ({ detail }) => {
      view.zoom = detail;
      draw();
    });
    chart.addEventListener("drawn", () => $("#chart-ends").place());
  }
  $("#measure").addEventListener("change", ({ target }) => {
    view.measure = target.value;
    draw();
  });
  $("#zoom-out").addEventListener("click", () => {
    const chart = $(`#${view.measure}-chart`);
    chart.dispatchEvent(new CustomEvent("zoom", { detail: null }));
    chart.querySelector(".plot").focus(); // the button is gone
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
      const shown = JSON.stringify(page.onStage.shown.map(({ id }) => id));
      if (shown !== key) view.zoom = null;
      key = shown;
      showKey(page);
      draw();
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
      lines: runs.flatMap(({ index, feed }) =>
        KINDS.map((kind) => ({ run: index, kind: lookOf(kind, feed, index), token: curveToken(index, kind) })),
      ),
      names: runs.map(({ run, token }) => ({ title: titleOf(run), token })),
      shades: runs.slice(0, 1).map((shown) => shadeOf(shown, chart)), // more shades would hide each other
      marks: marksOf(page, name),
      levels: [guessing(classes, name)],
      high: name === "loss" ? Math.log(classes) * ABOVE : null,
      empty: runs.length ? awaited(runs) : _("Press Start: the curves draw themselves here."),
      label: labelOf(name, runs),
      zoom: view.zoom,
      isLog: view.isLog && name === "loss",
      top: chart.top ?? null,
      digits: chart.digits,
      room: roomFor(chart),
      end,
    });
  }
  $(".chart-box").dataset.measure = view.measure;
  showEnds(page, view, runs[0], classes);
  showGaps(page);
  $("#zoom-out").hidden = view.zoom === null;
}

/** Room for the large numbers where the curves end at the right edge. */
export function roomFor({ top }) {
  const isNarrow = matchMedia("(max-width: 720px)").matches;
  const isClass = "class" in document.documentElement.dataset;
  return isNarrow ? (top ? 112 : 100) : isClass ? 220 : 168;
}

/** The headline and the numbers at the curves' ends, of the moment that is looked at. */
function showEnds(page, view, shown, classes) {
  const rows = shown ? rowsUntil(page, shown.feed) : [];
  const hasEnded = Boolean(shown?.feed.hasEnded) && rows.length === shown.feed.epochs.length;
  const isBroken = hasEnded && shown.feed.state === "diverged";
  const state = stateAfter(rows, { classes, hasEnded, isBroken });
  say($("#headline"), shown ? headline(state, hasEnded) : _("Train a network"));
  $("#headline").dataset.state = shown ? state : "none";
  showSummary(shown?.run ?? null, rows, { state, hasEnded, isRecorded: page.isRecorded });
  $("#chart-ends").show($(`#${view.measure}-chart`), endsOf(rows.at(-1), CHARTS[view.measure], view));
}

/** The epochs that were done at the moment that is looked at. */
function rowsUntil({ state, run }, { epochs, snapshots }) {
  const moment = state.snapshot === null ? null : snapshots.find(({ number: at }) => at === state.snapshot);
  if (!moment || moment === snapshots.at(-1)) return epochs;
  const done = run?.steps ? (moment.step * run.epochs) / run.steps : moment.epoch;
  return epochs.filter(({ epoch }) => epoch <= done + 1e-6);
}

/** {x, ends: [{kind, y, text, name, note}], gap} of an epoch's row, or null. */
export function endsOf(row, chart, { zoom }) {
  if (!row || (zoom && (row.epoch < zoom[0] || row.epoch > zoom[1]))) return null;
  const written = chart.top ? wholePercent : (value) => fixed(value, 2);
  const ends = [
    { kind: "train", name: _("training"), note: _("the ones it studies"), y: row[chart.train] },
    { kind: "validation", name: _("validation"), note: _("new to it"), y: row[chart.validation] },
  ].filter(({ y }) => Number.isFinite(y));
  return { x: row.epoch, ends: ends.map((end) => ({ ...end, text: written(end.y) })), gap: gapOf(ends, chart) };
}

/** A share in whole percents; what is not all of them is not written as all. */
function wholePercent(share) {
  const rounded = Math.round(share * 100) / 100;
  return percent(share < 1 ? Math.min(0.99, rounded) : rounded);
}

/** "71 points of gap" where validation is worse. */
function gapOf(ends, { top }) {
  if (ends.length < 2) return "";
  const gap = top ? ends[0].y - ends[1].y : ends[1].y - ends[0].y;
  if (gap <= (top ? ONE_POINT : 0)) return "";
  return top ? _("%(count)s points of gap", { count: number(gap * 100, 0) }) : _("gap %(gap)s", { gap: fixed(gap) });
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
export function shadeOf({ feed }, chart) {
  const rows = feed.epochs.filter((row) => Number.isFinite(row[chart.validation]) && Number.isFinite(row[chart.train]));
  const worse = chart.top ? Math.min : Math.max;
  return {
    token: "--second",
    xs: rows.map(({ epoch }) => epoch),
    low: rows.map((row) => row[chart.train]),
    high: rows.map((row) => worse(row[chart.train], row[chart.validation])),
  };
}

/** What a network that guesses gets: every class has the same probability. */
export function guessing(classes, name) {
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
  $("#run-key").hidden = shown.length < 2;
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
