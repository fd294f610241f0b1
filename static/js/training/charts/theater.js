// Overfitting: two runs of one seed on few pictures, once without and once with a remedy, side by side.

import { h, say } from "../../shared/dom.js";
import { number, parseNumber } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { learnedFrom } from "../../shared/rounding.js";
import { CURES, cure, remediesOf, sickRecipe, sicken } from "../builder/cures.js";
import { sentenceOf } from "../../rooms/notice.js";
import { connectRecorded } from "./recorded.js";
import { connectStage, isPair, showStage } from "./stage.js";

const RECORDED = "more-pictures"; // the remedy of the recorded pair
const FEW = 200;
const PASSES = 30;
const LEARN_FROM = [1, 1e6];
const EPOCHS = [1, 1000];
let wasPlayed = false;
const $ = (selector) => document.querySelector(selector);

export function connectTheater(page) {
  fillCures();
  connectStage();
  let [dataset, run] = [null, null];
  let refused = ""; // why the two could not be played
  const recorded = connectRecorded("#recorded-pair", () => stagedOf(page));
  const show = () => {
    const titles = [_("without a remedy"), CURES[$("[name=cure]:checked").value].title()];
    const staged = stagedOf(page);
    say($("#verdict"), showStage(staged, titles, whole($("#few-epochs"), EPOCHS) ?? PASSES) || refused);
    recorded.refresh();
    playRecorded(page);
  };
  $("#cure-choices").addEventListener("change", show);
  $("#play").addEventListener("click", async () => {
    refused = "";
    show();
    refused = await play(page);
    show();
  });
  return {
    refresh() {
      if (dataset !== page.state.dataset) propose(sickRecipe(page));
      if (run !== page.state.run) refused = "";
      [dataset, run] = [page.state.dataset, page.state.run];
      show();
    },
    hear: show,
  };
}

/** The page's pair; before there is one, and as long as its remedy is chosen, a recorded one. */
function stagedOf(page) {
  const isRecorded = !isPair(page) && $("[name=cure]:checked").value === RECORDED;
  return isRecorded ? page.recordedPair : page;
}

/** It plays when it is first looked at, and never unseen. */
function playRecorded(page) {
  const { recordedPair } = page;
  const isSeen = page.state.tab === "overfitting" && stagedOf(page) === recordedPair;
  if (!isSeen) recordedPair.pause();
  else if (!wasPlayed) {
    wasPlayed = true;
    recordedPair.start();
  }
}

function fillCures() {
  const choices = Object.entries(CURES).map(([name, { title }], index) =>
    h(
      "label",
      { class: "chip" },
      h("input", { type: "radio", name: "cure", value: name, ...(index === 0 && { checked: true }) }),
      title(),
    ),
  );
  $("#cure-choices").replaceChildren(...choices);
}

/** Few enough pictures, and passes enough, to overfit: as in the recipe where there is one. */
function propose(recipe) {
  $("#few").value = recipe?.training.train_limit ?? FEW;
  $("#few-epochs").value = recipe?.training.epochs ?? PASSES;
  $("#theater-note").textContent = recipe
    ? _("Both take the settings with which the remedies were tried on these pictures.")
    : _("Both take the network and settings of Train, without the remedies that are on.");
}

/** Starts both and opens them; why it could not be, or "". */
async function play(page) {
  const [few, epochs] = [whole($("#few"), LEARN_FROM), whole($("#few-epochs"), EPOCHS)];
  if (few === null) return _("Pictures to learn from: a whole number from %(low)s to %(high)s.", inWords(LEARN_FROM));
  if (epochs === null) return _("Epochs: a whole number from %(low)s to %(high)s.", inWords(EPOCHS));
  const plain = sicken(page, { train_limit: few, epochs });
  if (page.dataset) $("#few").value = learnedFrom(page.dataset, plain.training); // there may not be so many
  const cured = cure(page, plain, $("[name=cure]:checked").value);
  const [remedy] = remediesOf(cured).filter((one) => !remediesOf(plain).includes(one));
  const isKeyboards = document.activeElement === $("#play"); // which loses it as soon as it is disabled
  $("#play").disabled = true;
  let refusal = "";
  const order = both(page, plain, { ...cured, name: remedy });
  await page.attempt(() =>
    order.catch((error) => {
      refusal = sentenceOf(error);
      throw error;
    }),
  );
  $("#play").disabled = false;
  if (isKeyboards && document.activeElement === document.body) $("#play").focus({ preventScroll: true });
  return refusal;
}

async function both(page, plain, cured) {
  const first = await page.submit({ ...plain, name: _("without a remedy") });
  page.open(first.id, { compare: [] });
  const second = await page.submit({ ...cured, pair: first.id });
  page.change({ compare: [second.id] });
}

function inWords([low, high]) {
  return { low: number(low), high: number(high) };
}

/** The whole number in a field, or null, and the field shows it. */
function whole(field, [low, high]) {
  const value = parseNumber(field.value);
  const isGood = Number.isInteger(value) && value >= low && value <= high;
  field.setAttribute("aria-invalid", String(!isGood));
  return isGood ? value : null;
}
