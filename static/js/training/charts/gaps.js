// What a run's gap between training and validation says, in a sentence a student would say.

import { number } from "../../shared/format.js";
import { measureGap } from "./gap.js";
import { _ } from "../../shared/i18n.js";

/** One sentence on the newest epoch of the history; empty before the first. */
export function gapSentence(rows) {
  if (!rows.length) return "";
  const measured = measureGap(rows);
  if (!measured && Number.isFinite(rows.at(-1).validation_accuracy)) return ""; // the losses are no numbers any more
  if (!measured) return _("No pictures are put aside for validation, so nobody can see whether it overfits.");
  const gap = number(Math.abs(measured.gap), 2);
  if (gap === number(0, 2)) return _("No overfitting: the validation loss is that of the training.");
  if (measured.isOverfitting && measured.rise > 0.05) {
    return _(
      "Overfitting: the validation loss is %(gap)s above the training loss, and has risen by %(rise)s since epoch %(best)s, where it was lowest.",
      { gap, rise: number(measured.rise, 2), best: measured.best },
    );
  }
  if (measured.isOverfitting)
    return _("Overfitting: the validation loss stays %(gap)s above the training loss.", { gap });
  if (measured.gap < 0) return _("No overfitting: the validation loss is %(gap)s below the training loss.", { gap });
  return _("No overfitting to speak of: the validation loss is only %(gap)s above the training loss.", { gap });
}
