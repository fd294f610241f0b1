// The loss to be heard, at will: a tone for each update that the run on the stage tells of, another for each epoch.
// What it told before is not played, nor what comes while nobody can see the page.

import { say } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { pitchOf, playLoss } from "./tones.js";

const LATEST = 0.4; // s that a tone may wait for those before it; more of what came at once is left out
const $ = (selector) => document.querySelector(selector);

export function connectSound(page) {
  const sound = new Sound();
  const turn = (isOn) => {
    sound.turn(isOn, feedOf(page));
    $("#sound").setAttribute("aria-checked", String(isOn));
    say($("#sound-value"), isOn ? _("on") : _("off"));
  };
  const hear = () => sound.hear(feedOf(page), page.state.tab === "train" && !document.hidden);
  $("#sound").addEventListener("click", () => turn(!sound.isOn));
  document.addEventListener("visibilitychange", () => sound.rest(document.hidden));
  addEventListener("pagehide", () => turn(false));
  return { refresh: hear, hear };
}

/** What the first run on the stage has told (runs/run-feed.js), or null. */
function feedOf({ onStage: { shown, feeds } }) {
  return (shown.length && feeds.get(shown[0].id)) || null;
}

class Sound {
  #context = null;
  #feed = null;
  #told = { steps: 0, epochs: 0 }; // of the feed, what was played or is past
  #free = 0; // when the last tone ends

  get isOn() {
    return this.#context !== null;
  }

  turn(isOn, feed) {
    this.#context?.close();
    this.#context = isOn ? new AudioContext() : null;
    this.#free = 0;
    this.#skip(feed);
  }

  rest(isHidden) {
    if (isHidden) this.#context?.suspend();
    else this.#context?.resume();
  }

  hear(feed, isSeen) {
    if (!this.isOn || !feed) return;
    if (feed !== this.#feed || !isSeen) this.#skip(feed);
    const { steps, epochs } = feed;
    for (const { loss } of steps.slice(this.#told.steps)) this.#play("training", loss);
    for (const row of epochs.slice(this.#told.epochs)) this.#play("validation", row.validation_loss);
    this.#told = { steps: steps.length, epochs: epochs.length };
  }

  #skip(feed) {
    this.#feed = feed;
    this.#told = { steps: feed?.steps.length ?? 0, epochs: feed?.epochs.length ?? 0 };
  }

  #play(kind, loss) {
    const now = this.#context.currentTime;
    const at = Math.max(now, this.#free);
    if (pitchOf(loss) !== null && at <= now + LATEST) this.#free = playLoss(this.#context, kind, loss, at);
  }
}
