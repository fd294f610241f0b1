// What the network takes for what at the moment that is shown: the validation pictures by truth and answer, and the
// pictures behind each cell.

import { readConfused } from "../../api.js";
import "./answer-pictures.js";
import { scoresTable } from "./class-scores.js";
import { describe } from "./confusion-matrix.js";
import { accuracy, rowTotals, worstMistake } from "./confusion-counts.js";
import { number, percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { classTitle } from "../../shared/layers.js";
import { fileOf } from "../../shared/pixels.js";
import { Matrices } from "./matrices.js";

const $ = (selector) => document.querySelector(selector);

export function connectConfusion(page) {
  const refresh = () => {
    view.matrices.look();
    show(page, view);
  };
  const view = { matrices: new Matrices(page, refresh), place: null, opened: null, scored: null };
  $("#confusion").addEventListener("point", ({ detail }) => {
    view.place = detail;
    showPointed(view);
  });
  $("#confusion").addEventListener("cell", ({ detail }) => page.attempt(() => open(page, view, detail)));
  $("#mistakes").addEventListener("picture", ({ detail }) => take(page, view, detail));
  $("#mistakes-dialog .close").addEventListener("click", () => $("#mistakes-dialog").close());
  return { refresh };
}

/** Where nothing had been counted yet, the matrix keeps its room, so that the page does not jump while time passes. */
function show(page, view) {
  const { shown, awaited } = view.matrices;
  $("#confusion-body").hidden = !shown && awaited === null;
  $("#confusion-empty").hidden = !$("#confusion-body").hidden;
  $("#confusion-body").classList.toggle("is-away", awaited !== null);
  $("#confusion-fact").textContent = shown && awaited === null ? epochTitle(shown) : "";
  if (!$("#confusion-empty").hidden) $("#confusion-empty").textContent = emptySentence(page);
  if (shown) $("#confusion").show(shown.classes, shown.matrix);
  if (shown && view.scored !== shown) $("#class-scores .scores").replaceChildren(scoresTable(shown));
  view.scored = shown;
  showPointed(view);
}

function epochTitle({ epoch }) {
  return _("epoch %(number)s", { number: number(epoch) });
}

function emptySentence({ run }) {
  if (run?.training.validation_split === 0)
    return _("No pictures were held out for validation: there is nothing to count.");
  return _(
    "After the first epoch, the validation pictures are counted here: what they are, and what the network says they are.",
  );
}

/** One sentence for the cell under the pointer; without one, the commonest mistake. */
function showPointed({ matrices: { shown, awaited }, place }) {
  if (awaited !== null)
    return ($("#confusion-note").textContent = _(
      "Nothing had been counted yet at this moment; the first count is of epoch %(number)s.",
      { number: number(awaited) },
    ));
  if (!shown) return undefined;
  const { classes, matrix } = shown;
  const count = place && { ...place, count: matrix[place.truth][place.predicted], of: rowTotals(matrix)[place.truth] };
  return ($("#confusion-note").textContent = count ? describe(classes, count) : summary(shown));
}

function summary({ classes, matrix }) {
  const { right, all, share } = accuracy(matrix);
  const worst = worstMistake(matrix);
  const counted = _("%(right)s of %(all)s right (%(share)s).", {
    right: number(right),
    all: number(all),
    share: percent(share),
  });
  const most = worst && _("Most often: %(mistake)s.", { mistake: describe(classes, worst) });
  return most ? `${counted} ${most}` : counted;
}

async function open(page, view, place) {
  const { run } = page.state;
  const { classes, matrix, epoch } = view.matrices.shown;
  const answer = await readConfused(run, place, epoch);
  if (page.state.run !== run || $("#mistakes-dialog").open) return;
  view.opened = classes[place.truth];
  $("#mistakes-title").textContent = describe(classes, {
    ...place,
    count: answer.count,
    of: rowTotals(matrix)[place.truth],
  });
  $("#mistakes-fact").textContent = epochTitle(answer);
  $("#mistakes-note").textContent = mistakesNote(answer.pictures.length, answer.count, place.truth === place.predicted);
  $("#mistakes").show(answer.pictures);
  $("#mistakes-dialog").showModal();
}

function mistakesNote(shown, count, isRight) {
  if (shown === 0) return _("There is no such picture at this moment.");
  const order = isRight ? _("The surest answers first.") : _("The surest mistakes first.");
  const rest =
    shown < count ? _("%(shown)s of %(count)s are shown.", { shown: number(shown), count: number(count) }) : "";
  return [order, rest, _("Click one to make it your photo, and see why.")].filter(Boolean).join(" ");
}

/** A validation picture becomes the visitor's photo; what it really is goes along. */
function take(page, view, { image }) {
  $("#mistakes-dialog").close();
  $("#announcement").textContent = _("Your photo is now a validation picture: %(label)s.", {
    label: classTitle(view.opened),
  });
  return page.take({ file: fileOf(image), truth: view.opened });
}
