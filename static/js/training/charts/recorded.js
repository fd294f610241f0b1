// That something recorded is played, with what stops it and plays it again.

import { say } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { datasetTitle } from "../../shared/layers.js";

/** In the element of that selector: what `staged()` gives, where that is recorded. */
export function connectRecorded(selector, staged) {
  const place = document.querySelector(selector);
  const refresh = () => show(place, staged());
  place.querySelector("button").addEventListener("click", () => {
    turn(staged());
    refresh();
  });
  return { refresh };
}

function turn(stage) {
  if (stage.isPlaying) stage.pause();
  else if (stage.hasEnded) stage.start();
  else stage.play();
}

function show(place, stage) {
  place.hidden = !stage.isRecorded || !stage.shown.length;
  if (place.hidden) return;
  const [{ dataset }] = stage.shown;
  const counts = stage.shown.map(({ pictures }) => number(pictures)).join(` ${_("and")} `);
  const words = { set: datasetTitle(dataset), count: counts };
  say(place.querySelector("span"), _("Recorded: %(set)s, %(count)s pictures", words));
  const label = stage.isPlaying ? _("Pause the recording") : _("Play the recording");
  const button = place.querySelector("button");
  say(button, stage.isPlaying ? "❚❚" : "▶");
  button.setAttribute("aria-label", label);
  button.title = label;
}
