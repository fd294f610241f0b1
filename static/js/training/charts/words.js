// Runs in words: what is trained, what a run is called, where it stands, and what to do when it ended badly.

import { fixed, number, percentFine } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { datasetTitle } from "../../shared/layers.js";
import { learnedFrom } from "../../shared/rounding.js";
import { remediesOf } from "../builder/cures.js";

export const LONGEST_NAME = 80;

const STATES = {
  queued: _("waiting"),
  running: _("learning"),
  paused: _("paused"),
  finished: _("finished"),
  stopped: _("stopped"),
  diverged: _("diverged"),
  failed: _("failed"),
  interrupted: _("interrupted"),
};

/** A run's state in a word. */
export function stateTitle(state) {
  return STATES[state] ?? state;
}

/** What a run is called: its name, else what distinguishes it. */
export function titleOf(run) {
  return run.name && run.name !== run.dataset ? run.name : automaticName(run);
}

/** "Digits · adam 0.001 · dropout 0.5", as long as a name may be. */
export function automaticName(run, pictures = datasetTitle(run.dataset)) {
  const { optimizer, learning_rate: rate } = run.training;
  const name = [pictures, `${optimizer} ${number(rate, 4)}`, ...remediesOf(run)].join(" · ");
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

/** "CIFAR-10 · 45,000 pictures · seed 0". */
export function orderSentence(dataset, { training }) {
  const pictures = dataset?.train ? [_("%(count)s pictures", { count: number(learnedFrom(dataset, training)) })] : [];
  return [dataset?.title ?? "", ...pictures, _("seed %(seed)s", { seed: training.seed })].filter(Boolean).join(" · ");
}

/** Seconds as 00:38 or 1:02:03. */
function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  return Number(hours) ? `${Number(hours)}:${minutes}:${rest}` : `${minutes}:${rest}`;
}

/** "epoch 14 / 30 · 00:38 · 00:43 left · 4,870 img/s". */
export function progressLine(run, feed) {
  const step = feed?.step ?? null;
  if (!step)
    return run.state === "queued" ? "" : _("epoch %(epoch)s / %(epochs)s", { epoch: run.epoch, epochs: run.epochs });
  const done = feed.epochs.length && step.step === step.steps ? run.epochs : step.epoch;
  const parts = [_("epoch %(epoch)s / %(epochs)s", { epoch: done, epochs: run.epochs })];
  if (!run.isRecorded) parts.push(clock(step.seconds)); // it is played in another time than it took
  if (run.state === "running") {
    parts.push(_("%(time)s left", { time: clock(secondsLeft(feed)) }));
    if (step.images_per_second) parts.push(_("%(count)s img/s", { count: number(step.images_per_second, 0) }));
  }
  return parts.join(" · ");
}

/** "5 s", "3:20" or "1:02:03". */
export function duration(seconds) {
  return seconds < 59.5
    ? _("%(seconds)s s", { seconds: number(Math.max(0, Math.round(seconds))) })
    : clock(seconds).replace(/^0/, "");
}

/** Seconds to go, at the pace of the newest steps. */
export function secondsLeft({ steps }) {
  const last = steps.at(-1);
  const first = steps[Math.max(0, steps.length - 100)];
  const pace =
    last.step > first.step ? (last.seconds - first.seconds) / (last.step - first.step) : last.seconds / last.step;
  return (last.steps - last.step) * pace;
}

/** One sentence on where the run stands; for a bad end, the server's reason and what to do next. */
export function stateSentence(run, feed) {
  const reason = feed?.states.at(-1)?.reason ?? run.reason ?? "";
  const learning = run.mine
    ? _("It is learning: pause it, change its rate or watch another photo; nothing starts over.")
    : "";
  const sentences = {
    queued: () => reason || waitingSentence(run), // a cluster's, where it has no machine for it yet
    running: () => (feed?.step ? learning : _("The network is being built; the first point comes in a moment.")),
    paused: () =>
      reason ||
      _("Paused after step %(step)s. Nothing is lost, not even if the server is restarted.", {
        step: number(run.step),
      }),
    finished: () =>
      run.epoch < run.epochs
        ? _("Stopped early: the validation loss did not get better any more. The best weights are kept.")
        : _("Finished. Change one thing, and compare."),
    stopped: () =>
      run.step ? _("Stopped by hand. What was learned until then is kept.") : _("Stopped by hand, before it began."),
    diverged: () =>
      reason
        ? `${reason} ${_("So may another preparation of the input. The last finite weights are kept.")}`
        : [
            _("The loss became NaN (not a number)."),
            _(
              "A smaller learning rate, or another preparation of the input, usually helps. The last finite weights are kept.",
            ),
          ].join(" "),
    failed: () =>
      [
        reason,
        run.step ? _("Press Go on to take it up from its last checkpoint.") : _("Press Start to try again."),
      ].join(" "),
    interrupted: () =>
      `${reason || _("The server was stopped.")} ${_("The run goes on from its last checkpoint by itself.")}`,
  };
  return (sentences[run.state] ?? (() => ""))().trim();
}

function waitingSentence(run) {
  const told = run.step
    ? _("Set aside so that others have a turn. It goes on where it was, by itself.")
    : `${beforeSentence((run.queue_position ?? 1) - 1)} ${_("It starts by itself, also if you reload.")}`;
  const { nickname, mine } = run;
  return mine && nickname ? `${told} ${boardSentence(nickname)}` : told;
}

function boardSentence(nickname) {
  return _("On the board you are: %(nickname)s.", { nickname });
}

function beforeSentence(before) {
  if (before === 0) return _("Waiting: this run is the next to start.");
  return before === 1
    ? _("Waiting: one run is before this one.")
    : _("Waiting: %(count)s runs are before this one.", { count: before });
}

/** "Loss: 1.234" and "Accuracy: 0.567", as the lecture writes them. */
export function finalLines({ loss, accuracy }) {
  return [`Loss: ${fixed(loss, 3)}`, `Accuracy: ${fixed(accuracy, 3)}`];
}

/** A share in percent, or a dash. */
export function share(value) {
  return Number.isFinite(value) ? percentFine(value) : "–";
}
