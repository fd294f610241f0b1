// How a run stands, in a sentence or two: for whoever does not see curves, or wants it said. What is heard of it is
// said when the state changes, not with every epoch.

import { say } from "../../shared/dom.js";
import { fixed, number, percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { headline } from "./headline.js";

const $ = (selector) => document.querySelector(selector);
let heard = "";

/** Shows the sentences of a run's `rows`; `run` is null where none is on the stage. */
export function showSummary(run, rows, { state, hasEnded, isRecorded }) {
  const text = run && rows.length ? sentences(run, rows, state, hasEnded) : "";
  say($("#run-summary"), text);
  const key = `${run?.id} ${state} ${hasEnded}`;
  if (isRecorded || state === "early" || !text || key === heard) return;
  heard = key;
  say($("#run-heard"), text);
}

function sentences(run, rows, state, hasEnded) {
  const { epoch, train_accuracy: training, validation_accuracy: validation } = rows.at(-1);
  const values = { epoch: number(epoch), epochs: number(run.epochs), training: percent(training) };
  const stands = headline(state, hasEnded);
  if (!Number.isFinite(validation)) {
    const alone = _("Epoch %(epoch)s of %(epochs)s: training accuracy %(training)s.", values);
    return `${alone} ${stands}.`;
  }
  const now = _(
    "Epoch %(epoch)s of %(epochs)s: training accuracy %(training)s, validation accuracy %(validation)s, %(gap)s points of gap.",
    { ...values, validation: percent(validation), gap: fixed((training - validation) * 100, 1) },
  );
  const best = rows.reduce((most, row) => (row.validation_accuracy > most.validation_accuracy ? row : most));
  const peak = _("Best validation accuracy: %(share)s, in epoch %(epoch)s.", {
    share: percent(best.validation_accuracy),
    epoch: number(best.epoch),
  });
  return `${now} ${stands}. ${peak}`;
}
