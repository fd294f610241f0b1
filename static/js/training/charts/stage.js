// The theater's stage: both runs' losses side by side on one scale, their gaps, and what the measured gaps say at the
// end.

import { LiveCurve, axisEnd, epochCurve, join } from "./curves.js";
import { number, percentFine } from "../../shared/format.js";
import { gapSentence, measureGap } from "./gap.js";
import { dropoutRate } from "../builder/network-remedies.js";
import { _ } from "../../shared/i18n.js";
import { colorOf, curveToken, lookOf, tokenOf } from "./colors.js";
import { progressLine, share, stateSentence, stateTitle, titleOf } from "./words.js";

const SMALL = 0.1; // nats: less is hardly a gap
const SMOOTHING = 0.7;
const KINDS = ["live", "train", "validation"];
const $ = (selector) => document.querySelector(selector);
const curves = new WeakMap();

/** Shows the pair among the runs that are drawn, if there is one; what is to be said of it is given back. */
export function showStage(page) {
  const pair = pairOf(page);
  $("#stage").hidden = !pair;
  if (!pair) return "";
  const high = Math.max(
    0,
    ...pair.flatMap(({ feed }) =>
      feed.epochs.flatMap((row) => [row.train_loss, row.validation_loss ?? 0]).filter(Number.isFinite),
    ),
  );
  const end = Math.max(...pair.map(({ run, feed }) => axisEnd(feed.epochs.at(-1)?.epoch ?? 0, run.epochs)));
  pair.forEach((act, place) => showAct(act, $(`#act-${place}`), end, high));
  return verdict(pair);
}

/** [without, with]: two drawn runs of which the second names the first. */
function pairOf({ shown, feeds }) {
  const cured = shown.find(({ pair }) => pair && shown.some(({ id }) => id === pair));
  if (!cured) return null;
  const acts = [shown.find(({ id }) => id === cured.pair), cured].map((run) => ({
    run,
    feed: feeds.get(run.id),
    token: tokenOf(shown.indexOf(run)),
    color: colorOf(shown.indexOf(run)),
  }));
  return acts.every(({ feed }) => feed) ? acts : null;
}

function showAct({ run, feed, token, color }, element, end, high) {
  const title = titleOf(run);
  element.querySelector(".act-name").textContent = title;
  element.querySelector(".act-name").style.color = color;
  element.querySelector(".act-fact").textContent = progressLine(run, feed) || stateTitle(run.state);
  element.querySelector(".act-told").textContent =
    run.state === "queued" ? stateSentence(run, feed) : gapSentence(feed.epochs);
  element.querySelector("run-chart").show({
    data: join(KINDS.map((kind) => curveOf(feed, kind))),
    lines: KINDS.map((kind) => ({ run: 0, kind: lookOf(kind, feed), token: curveToken(0, kind) })),
    names: [{ title, token }],
    shades: [shadeOf(feed)],
    marks: [],
    label: `${_("Loss")}: ${title}. ${gapSentence(feed.epochs)}`,
    zoom: null,
    isLog: false,
    top: null,
    digits: 3,
    end,
    high,
  });
}

function curveOf(feed, kind) {
  if (kind !== "live") return epochCurve(feed.epochs, `${kind}_loss`);
  if (!curves.has(feed)) curves.set(feed, new LiveCurve("loss"));
  return curves.get(feed).update(feed, SMOOTHING);
}

function shadeOf(feed) {
  const rows = feed.epochs.filter(
    ({ train_loss: loss, validation_loss: other }) => Number.isFinite(loss) && Number.isFinite(other),
  );
  const measured = measureGap(feed.epochs);
  const name = measured && _("gap: %(gap)s", { gap: number(measured.gap, 2) });
  return {
    token: "--second",
    xs: rows.map(({ epoch }) => epoch),
    low: rows.map((row) => row.train_loss),
    high: rows.map((row) => Math.max(row.train_loss, row.validation_loss)),
    name,
  };
}

/** One sentence that compares what was measured, once both have ended; until then, what is waited for. */
function verdict([plain, cured]) {
  if (![plain, cured].every(({ feed }) => feed.hasEnded)) return waiting([plain, cured]);
  const [before, after] = [plain, cured].map(keptGap);
  if (!before || !after) return _("One of the two ended before its first epoch: there is nothing to compare.");
  const shares = [plain, cured].map(shareOf);
  const values = {
    remedy: titleOf(cured.run),
    before: number(before.gap, 2),
    after: number(after.gap, 2),
    plain: share(shares[0]),
    cured: share(shares[1]),
  };
  const told = _(
    "The validation loss ends above the training loss: by %(before)s without a remedy, by %(after)s with %(remedy)s. Of the validation pictures %(plain)s and %(cured)s are told right.",
    values,
  );
  return [told, judgement(before.gap, after.gap, shares), caveat(cured.run)].filter(Boolean).join(" ");
}

function judgement(before, after, [plain, cured]) {
  if (before < SMALL) return _("There was hardly a gap to narrow: fewer pictures or more epochs would show more.");
  if (after >= before) return _("Here the remedy did not narrow the gap.");
  const narrower =
    after > 0
      ? _("The gap is %(share)s smaller", { share: percentFine((before - after) / before) })
      : _("The gap is gone");
  if (cured >= plain) return `${narrower}, ${_("and new pictures are recognized no worse.")}`;
  const cost = _(
    "but new pictures are recognized less well: this much of the remedy, or so few epochs, cost more than they help.",
  );
  return `${narrower}, ${cost}`;
}

/** Some remedies make learning harder, and the training loss is measured while they do. */
function caveat({ network, training }) {
  if (dropoutRate(network))
    return _(
      "Part of it is the way of measuring: the training loss is taken while units are dropped, the validation loss with all of them.",
    );
  return training.augmentation.length
    ? _("Part of it is the way of measuring: the training loss is taken on the changed pictures, which are harder.")
    : "";
}

/** The gap of the weights that are kept: with early stopping those of the best epoch, else the last ones. */
function keptGap({ run, feed }) {
  const rows = feed.epochs;
  const measured = measureGap(rows);
  return measured && run.training.early_stopping
    ? measureGap(rows.filter(({ epoch }) => epoch <= measured.best))
    : measured;
}

function shareOf({ run, feed }) {
  const best = run.training.early_stopping ? measureGap(feed.epochs)?.best : null;
  const row = feed.epochs.find(({ epoch }) => epoch === best) ?? feed.epochs.at(-1);
  return row?.validation_accuracy ?? NaN;
}

function waiting(acts) {
  const queued = acts.find(({ run }) => run.state === "queued");
  if (!queued) return "";
  return _(
    "This server trains one run after the other: %(run)s is at place %(place)s of the queue, and starts by itself.",
    { run: `“${titleOf(queued.run)}”`, place: queued.run.queue_position ?? "–" },
  );
}
