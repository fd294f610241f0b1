// The time of the run: every part on the right shows the moment that is chosen here.

import "./time-scrubber.js";
import { _ } from "../../shared/i18n.js";
import { epochsAt, isNow, momentOf, momentTitle, momentsOf, showMoment, stepTitle } from "./moment.js";

const $ = (selector) => document.querySelector(selector);

export function connectTime(whole) {
  let run = null;
  $("#time").addEventListener("moment", ({ detail }) => showMoment(whole.onStage, detail));
  const refresh = () => {
    const page = whole.onStage;
    if (run !== page.state.run) $("#time").pause();
    run = page.state.run;
    const moments = momentsOf(page);
    const newest = moments.at(-1);
    const at = isNow(page) ? null : moments.indexOf(momentOf(page));
    $("#time-card").classList.toggle("is-empty", moments.length === 0); // it keeps its room
    if (!newest) return;
    $("#time").show(
      moments.map((snapshot, index) => ({
        title: momentTitle(page, snapshot),
        isEpoch: endsEpoch(page, moments, index),
      })),
      at,
      momentTitle(page, newest),
    );
    $("#time-moment").textContent = at === null ? nowTitle(page) : whenTitle(page, momentOf(page));
    $("#time-moment").classList.toggle("is-now", at === null);
  };
  return { refresh };
}

/** Whether an epoch ended since the moment before. */
function endsEpoch(page, moments, index) {
  if (index === 0) return false;
  const [before, now] = [moments[index - 1], moments[index]].map((snapshot) =>
    Math.floor(epochsAt(page, snapshot) + 1e-6),
  );
  return now > before;
}

function whenTitle(page, snapshot) {
  return [...new Set([momentTitle(page, snapshot), stepTitle(snapshot)])].join(" · ");
}

function nowTitle({ feed }) {
  return feed?.hasEnded ? _("at its end") : _("now");
}
