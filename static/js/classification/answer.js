// The answer: what can be said, the classes with their probabilities, how long it took, and whether to believe it.

import { classify } from "../api.js";
import { NO_NUMBERS, known } from "../shared/class-bars.js";
import { h } from "../shared/dom.js";
import { number, percent } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { part } from "../rooms/part.js";
import { secondOpinion } from "./opinion.js";
import { showSeen } from "./picture/photo.js";

const $ = (selector) => document.querySelector(selector);

export function connectAnswer(page) {
  $("#answer").addEventListener("label", ({ detail }) => page.change({ label: detail }));
  return part(page, {
    isLive: true,
    show: () => page.answer && showBars(page),
    question: () => ({ key: page.pictureKey }),
    answer: async ({ key }) => {
      const answer = await classify(page.model.name, page.source, page.pictureFields);
      if (JSON.parse(key)[1] !== JSON.parse(page.pictureKey)[1]) return;
      page.answer = { ...answer, key };
      if (!page.pictureFields.change)
        page.plain = { predictions: answer.before ?? answer.predictions, picture: pictureOf(key) };
      await showSeen(page, answer.seen);
      showAnswer(page);
      page.change({}, { isLive: true });
    },
  });
}

/** The part of a picture's key that names the network and the photo, before any change. */
export function pictureOf(key) {
  return JSON.stringify(JSON.parse(key).slice(0, 2));
}

function showAnswer(page) {
  const { answer } = page;
  showBars(page);
  $("#answer-fact").textContent = `${number(answer.milliseconds, answer.milliseconds < 10 ? 1 : 0)} ms`;
  const sentence = answer.verdict ? familiarity(answer) : [];
  $("#familiarity").className = `verdict${answer.familiar === false ? " is-strange" : ""}`;
  const text = sentence.map((piece, index) => (index === 0 ? h("strong", {}, piece) : ` ${piece}`));
  $("#familiarity").replaceChildren(...text, ...secondOpinion(page, answer));
  $("#announcement").textContent = answer.verdict?.sentence ?? NO_NUMBERS;
}

function showBars(page) {
  const { answer, state } = page;
  const chosen = state.label ?? answer.predictions[0].label;
  $("#said").textContent = answer.verdict?.sentence ?? "";
  $("#answer").show(answer.predictions, { chosen });
}

/**
 * Whether the picture looks like those the network was trained on; `familiarity` is a share of the validation
 * pictures.
 */
function familiarity({ familiarity: share, familiar, predictions }) {
  const known = _("It can still be wrong: it knows only these %(count)s classes.", {
    count: number(predictions.length),
  });
  if (share === null || share === undefined)
    return ["", _("How familiar the picture is was not measured for this network."), known];
  const shown = { share: percent(share) };
  if (!familiar)
    return [
      _("Unlike the small pictures it learned from."),
      share === 0
        ? _("None of those held out of its training is as strange.")
        : _("Only %(share)s of those held out of its training are as strange.", shown),
      _("Do not trust the answer."),
    ];
  return [
    _("Like the small pictures it learned from."),
    _("%(share)s of those held out of its training are no more typical.", shown),
    known,
  ];
}
