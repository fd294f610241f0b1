// The verdict as the page's title, the shares beside it, what is on the photo where that is known, and why to doubt it.

import { classify } from "../api.js";
import { NO_NUMBERS, known } from "../shared/class-bars.js";
import { h, say } from "../shared/dom.js";
import { number, percent } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { readPixels } from "../shared/pixels.js";
import { part } from "../rooms/part.js";
import { secondOpinion } from "./opinion.js";
import { showSeen } from "./picture/photo.js";

const NEAREST = 2; // classes that stay in sight on a phone
const $ = (selector) => document.querySelector(selector);

export function connectAnswer(page) {
  $("#answer").addEventListener("label", ({ detail }) => {
    $("#looked").open = true;
    page.change({ label: detail });
  });
  return part(page, {
    isLive: true,
    isFollowing: true,
    show: () => page.answer && showBars(page),
    question: () => ({ key: page.pictureKey }),
    answer: async ({ key }) => {
      const answer = await classify(page.model.name, page.source, page.pictureFields);
      if (pictureOf(key) !== pictureOf(page.pictureKey)) return; // meanwhile
      const told = (page.answer = { ...answer, key });
      if (!page.pictureFields.change)
        page.plain = { predictions: answer.before ?? answer.predictions, picture: pictureOf(key) };
      const seen = await readPixels(answer.seen);
      if (page.answer !== told) return; // another state was entered
      showSeen(page, seen, answer.seen);
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
  say($("#said"), answer.verdict?.headline ?? NO_NUMBERS);
  say($("#shares"), answer.verdict?.shares ?? "");
  say($("#truth"), truth(page));
  say($("#doubt"), answer.verdict ? doubt(answer) : "");
  $("#answer-fact").textContent = _("Answered in %(time)s ms.", {
    time: number(answer.milliseconds, answer.milliseconds < 10 ? 1 : 0),
  });
  showTrust(page);
}

function showBars({ answer, state }) {
  const chosen = state.label ?? answer.predictions[0].label;
  $("#answer").show(answer.predictions, { chosen });
  $("#nearest").show(known(answer.predictions).slice(0, NEAREST), { choosable: false });
}

/** What a sample, or what the page drew, shows, which is known; what a visitor's photo shows is not. */
function truth({ samples, state, source }) {
  if (source.shows) return _("The drawing shows %(what)s.", { what: source.shows });
  const sample = samples.find(({ name }) => name === state.sample);
  return sample ? _("The photo shows %(what)s.", { what: sample.shows }) : "";
}

/** Why not to believe it, in a few words; nothing where only the usual holds: it may be wrong. */
function doubt({ familiar }) {
  return familiar === false ? _("Do not trust it: nothing it learned from looks like this.") : "";
}

function showTrust(page) {
  const { answer } = page;
  const sentence = answer.verdict ? familiarity(answer) : [];
  $("#familiarity").className = `verdict${answer.familiar === false ? " is-strange" : ""}`;
  const text = sentence.map((piece, index) => (index === 0 ? h("strong", {}, piece) : ` ${piece}`));
  $("#familiarity").replaceChildren(...text, ...secondOpinion(page, answer));
  $("#trust-value").textContent = sentence[0] || sentence[1] || "";
}

/**
 * Whether the picture looks like those the network was trained on; `familiarity` is a share of the validation
 * pictures.
 */
function familiarity({ familiarity: share, familiar, predictions }) {
  const limits = _("It may still be wrong: it knows only these %(count)s classes.", {
    count: number(known(predictions).length),
  });
  if (share === null || share === undefined)
    return ["", _("How familiar the picture is was not measured for this network."), limits];
  const shown = { share: percent(share) };
  if (!familiar)
    return [
      _("Unlike its training pictures."),
      share === 0
        ? _("None of those held out is as strange.")
        : _("Only %(share)s of those held out are as strange.", shown),
      _("Do not trust the answer."),
    ];
  return [_("Looks like its training pictures."), _("%(share)s of those held out are no more typical.", shown), limits];
}
