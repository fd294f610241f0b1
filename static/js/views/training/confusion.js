// What the network takes for what: the validation pictures by truth and answer, and the pictures behind each cell.

import { readConfused, readConfusion } from "../../api.js";
import "../../components/answer-pictures.js";
import { describe } from "../../components/confusion-matrix.js";
import { accuracy, rowTotals, worstMistake } from "../../lib/confusion.js";
import { number, percent } from "../../lib/format.js";
import { _ } from "../../lib/i18n.js";
import { Latest } from "../../lib/latest.js";
import { classTitle } from "../../lib/layers.js";
import { fileOf } from "../../lib/pixels.js";

const PAUSE_MS = 2000; // between two questions
const $ = (selector) => document.querySelector(selector);

export function connectConfusion(page) {
  const view = { run: null, confusion: null };
  const latest = new Latest(async (key, isNewest) => {
    const [run] = JSON.parse(key);
    await page.attempt(() => read(page, view, run), latest);
    if (isNewest()) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  });
  $("#confusion").addEventListener("point", ({ detail }) => showPointed(view.confusion, detail));
  $("#confusion").addEventListener("cell", ({ detail }) => page.attempt(() => open(view, detail)));
  $("#mistakes").addEventListener("picture", ({ detail }) => take(page, view, detail));
  $("#mistakes-dialog .close").addEventListener("click", () => $("#mistakes-dialog").close());
  const refresh = () => {
    if (view.run !== page.state.run) Object.assign(view, { run: page.state.run, confusion: null });
    show(page, view);
    const seen = page.feed?.epochs.length ?? 0;
    if (page.run && seen > 0 && page.run.training.validation_split !== 0) latest.ask(JSON.stringify([page.run.id, seen, page.feed.hasEnded]));
  };
  return { refresh };
}

async function read(page, view, run) {
  const confusion = await readConfusion(run);
  if (run !== page.state.run) return;
  view.confusion = confusion;
  show(page, view);
}

function show(page, { confusion }) {
  $("#confusion-body").hidden = !confusion;
  $("#confusion-empty").hidden = Boolean(confusion);
  $("#confusion-fact").textContent = confusion ? _("epoch %(number)s", { number: number(confusion.epoch) }) : "";
  if (!confusion) return ($("#confusion-empty").textContent = emptySentence(page));
  $("#confusion").show(confusion.classes, confusion.matrix);
  return showPointed(confusion, null);
}

function emptySentence({ run }) {
  if (run?.training.validation_split === 0) return _("No pictures were put aside for validation: there is nothing to count.");
  return _("After the first epoch, the validation pictures are counted here: what they are, and what the network says they are.");
}

/** One sentence for the cell under the pointer; without one, the commonest mistake. */
function showPointed(confusion, place) {
  if (!confusion) return;
  const { classes, matrix } = confusion;
  const count = place && { ...place, count: matrix[place.truth][place.predicted], of: rowTotals(matrix)[place.truth] };
  $("#confusion-note").textContent = count ? describe(classes, count) : summary(confusion);
}

function summary({ classes, matrix }) {
  const { right, all, share } = accuracy(matrix);
  const worst = worstMistake(matrix);
  const counted = _("%(right)s of %(all)s right (%(share)s).", { right: number(right), all: number(all), share: percent(share) });
  const most = worst && _("Most often: %(mistake)s.", { mistake: describe(classes, worst) });
  return most ? `${counted} ${most}` : counted;
}

async function open(view, { truth, predicted }) {
  const { classes, matrix } = view.confusion;
  const { pictures } = await readConfused(view.run, truth, predicted);
  const count = matrix[truth][predicted];
  view.opened = { truth };
  $("#mistakes-title").textContent = describe(classes, { truth, predicted, count, of: rowTotals(matrix)[truth] });
  $("#mistakes-note").textContent = mistakesNote(pictures.length, count, truth === predicted);
  $("#mistakes").show(pictures);
  $("#mistakes-dialog").showModal();
}

function mistakesNote(shown, count, isRight) {
  if (shown === 0) return _("There is no such picture at this moment.");
  const order = isRight ? _("The surest answers first.") : _("The surest mistakes first.");
  const rest = shown < count ? _("%(shown)s of %(count)s are shown.", { shown: number(shown), count: number(count) }) : "";
  return [order, rest, _("Click one to make it your photo, and see why.")].filter(Boolean).join(" ");
}

/** A validation picture becomes the visitor's photo; what it really is goes along. */
function take(page, view, { image }) {
  $("#mistakes-dialog").close();
  const truth = view.confusion.classes[view.opened.truth];
  $("#announcement").textContent = _("Your photo is now a validation picture: %(label)s.", { label: classTitle(truth) });
  return page.look({ file: fileOf(image) }, truth);
}
