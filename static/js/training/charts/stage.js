// The pair of the overfitting tab: both runs' accuracy side by side on one scale, with their gaps, and at the end what
// was measured as two large numbers and a sentence.

import "./chart-ends.js";
import "./run-chart.js";
import { CHARTS, endsOf, guessing, roomFor, shadeOf } from "./charts.js";
import { LiveCurve, axisEnd, epochCurve, join } from "./curves.js";
import { number, percent } from "../../shared/format.js";
import { measureGap } from "./gap.js";
import { say } from "../../shared/dom.js";
import { dropoutRate } from "../builder/network-remedies.js";
import { _ } from "../../shared/i18n.js";
import { curveToken, lookOf } from "./colors.js";
import { progressLine, stateSentence, stateTitle, titleOf } from "./words.js";

const SMALL = 0.05; // of accuracy: less is hardly a gap
const SMOOTHING = 0.7;
const KINDS = ["live", "train", "validation"];
const ACCURACY = CHARTS.accuracy;
const HALF_A_TICK = 16; // beside a chart without numbers: that its last tick be whole
const $ = (selector) => document.querySelector(selector);
const curves = new WeakMap();

/**
 * Shows the pair among the runs that are drawn, else two empty charts of that many `epochs` with these `titles`; what
 * is to be said of it is given back.
 */
export function showStage(page, titles, epochs) {
  const pair = pairOf(page);
  const end = pair
    ? Math.max(...pair.map(({ run, feed }) => axisEnd(feed.epochs.at(-1)?.epoch ?? 0, run.epochs)))
    : epochs;
  titles.forEach((title, place) => showAct(pair?.[place] ?? null, $(`#act-${place}`), title, end));
  const measured = pair && pair.every(({ feed }) => feed.hasEnded) ? measure(pair) : null;
  showShares(measured);
  return pair ? (measured ? verdict(pair, measured, titles[1]) : waiting(pair)) : "";
}

/** The large numbers follow their charts. */
export function connectStage() {
  for (const box of document.querySelectorAll(".act-box"))
    box.querySelector("run-chart").addEventListener("drawn", () => box.querySelector("chart-ends").place());
}

/** Whether a pair is among the runs that are drawn. */
export function isPair(page) {
  return pairOf(page) !== null;
}

/** [without, with]: two drawn runs of which the second names the first. */
function pairOf({ shown, feeds }) {
  const cured = shown.find(({ pair }) => pair && shown.some(({ id }) => id === pair));
  if (!cured) return null;
  const acts = [shown.find(({ id }) => id === cured.pair), cured].map((run) => ({ run, feed: feeds.get(run.id) }));
  return acts.every(({ feed }) => feed) ? acts : null;
}

function showAct(act, element, title, end) {
  const [chart, ends] = ["run-chart", "chart-ends"].map((name) => element.querySelector(name));
  const feed = act?.feed;
  const row = feed?.epochs.at(-1);
  const shown = endsOf(row, ACCURACY, { zoom: null });
  const [name, told] = [act ? nameOf(act.run, title) : title, row ? toldOf(shown) : ""];
  element.querySelector(".act-name").textContent = name;
  element.querySelector(".act-fact").textContent = act ? progressLine(act.run, feed) || stateTitle(act.run.state) : "";
  element.querySelector(".act-told").textContent = act?.run.state === "queued" ? stateSentence(act.run, feed) : told;
  chart.show({
    data: join(KINDS.map((kind) => curveOf(feed, kind))),
    lines: KINDS.map((kind) => ({ run: 0, kind: feed ? lookOf(kind, feed) : kind, token: curveToken(0, kind) })),
    names: [{ title: name, token: curveToken(0, "train") }],
    shades: feed ? [shadeOf({ feed }, ACCURACY)] : [],
    marks: [],
    levels: act ? [guessing(act.run.classes.length, "accuracy")] : [],
    label: `${_("Accuracy")}: ${name}. ${told}`,
    empty: act
      ? _("The first point comes with the first batch.")
      : _("Press Train both: the curves draw themselves here."),
    zoom: null,
    isLog: false,
    top: 1,
    digits: 3,
    room: act ? roomFor(ACCURACY) : HALF_A_TICK,
    end,
  });
  ends.show(chart, shown);
}

/** A recorded run has no name that a visitor gave. */
function nameOf(run, title) {
  return run.isRecorded ? title : titleOf(run);
}

/** "training 100%, validation 28%", as the large numbers say it. */
function toldOf(shown) {
  return shown ? shown.ends.map(({ name, text }) => `${name} ${text}`).join(", ") : "";
}

function curveOf(feed, kind) {
  if (!feed) return { xs: [], ys: [] };
  if (kind !== "live") return epochCurve(feed.epochs, ACCURACY[kind]);
  if (!curves.has(feed)) curves.set(feed, new LiveCurve("accuracy"));
  return curves.get(feed).update(feed, SMOOTHING);
}

/** Both runs' {validation, gap}, in shares of 1, of the weights that are kept; null where one has none. */
function measure(pair) {
  const rows = pair.map(keptRow);
  return rows.every((row) => Number.isFinite(row?.validation_accuracy))
    ? rows.map((row) => ({ validation: row.validation_accuracy, gap: row.train_accuracy - row.validation_accuracy }))
    : null;
}

/** With early stopping the best epoch's row, else the last one. */
function keptRow({ run, feed }) {
  const best = run.training.early_stopping ? measureGap(feed.epochs)?.best : null;
  return feed.epochs.find(({ epoch }) => epoch === best) ?? feed.epochs.at(-1);
}

function showShares(measured) {
  $("#verdict-box").hidden = !measured;
  ["#plain-share", "#cured-share"].forEach((place, index) =>
    say($(place), measured ? percent(measured[index].validation) : ""),
  );
}

/** What was measured, in three sentences at most. */
function verdict([, { run }], [plain, cured], title) {
  const told = _("Validation accuracy: %(plain)s without a remedy, %(cured)s with %(remedy)s.", {
    plain: percent(plain.validation),
    cured: percent(cured.validation),
    remedy: nameOf(run, title),
  });
  return [told, judgement(plain.gap, cured.gap), caveat(run)].filter(Boolean).join(" ");
}

function judgement(before, after) {
  if (before < SMALL) return _("There was hardly a gap to narrow: fewer pictures or more epochs would show more.");
  const gaps = { before: number(before * 100, 0), after: number(Math.max(0, after) * 100, 0) };
  return after < before
    ? _("The gap between training and validation falls from %(before)s to %(after)s points.", gaps)
    : _("Here the remedy did not narrow the gap: %(before)s points without, %(after)s with.", gaps);
}

/** Some remedies make learning harder, and training accuracy is measured while they do. */
function caveat({ network, training }) {
  if (dropoutRate(network))
    return _("Part of it is the way of measuring: training accuracy is taken while units are dropped.");
  return training.augmentation.length
    ? _("Part of it is the way of measuring: training accuracy is taken on the changed pictures, which are harder.")
    : "";
}

function waiting(acts) {
  if (acts.every(({ feed }) => feed.hasEnded))
    return _("One of the two ended before its first epoch: there is nothing to compare.");
  const queued = acts.find(({ run }) => run.state === "queued");
  return queued ? stateSentence(queued.run, queued.feed) : "";
}
