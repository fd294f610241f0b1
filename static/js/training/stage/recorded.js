// That the stage plays a recorded run, with what stops it and plays it again.

import { say } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { datasetTitle } from "../../shared/layers.js";

const $ = (selector) => document.querySelector(selector);

export function connectRecorded(page) {
  $("#recorded button").addEventListener("click", () => turn(page.onStage));
  return { refresh: () => show(page.onStage) };
}

function turn(stage) {
  if (stage.isPlaying) stage.pause();
  else if (stage.feed.hasEnded) stage.start();
  else stage.play();
  show(stage);
}

function show(stage) {
  $("#recorded").hidden = !stage.isRecorded;
  if (!stage.isRecorded) return;
  const { dataset, pictures } = stage.run;
  say(
    $("#recorded span"),
    _("Recorded: %(set)s, %(count)s pictures", { set: datasetTitle(dataset), count: number(pictures) }),
  );
  const label = stage.isPlaying ? _("Pause the recording") : _("Play the recording");
  say($("#recorded button"), stage.isPlaying ? "❚❚" : "▶");
  $("#recorded button").setAttribute("aria-label", label);
  $("#recorded button").title = label;
}
