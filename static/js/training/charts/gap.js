// The gap between training and validation, measured on a run's history, and what a student would say of it.

import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";

const LARGE = 0.25; // nats between the two losses that are worth a name
const RISE = 0.05; // nats above the lowest validation loss that are no noise

/**
 * {gap, rise, best, isOverfitting} at the last of `rows`: validation minus training loss, validation above its lowest,
 * and that epoch; null where there is none.
 */
export function measureGap(rows) {
  const known = rows.filter(
    ({ train_loss: loss, validation_loss: other }) => Number.isFinite(loss) && Number.isFinite(other),
  );
  if (!known.length) return null;
  const last = known.at(-1);
  const best = known.reduce((lowest, row) => (row.validation_loss < lowest.validation_loss ? row : lowest));
  const gap = last.validation_loss - last.train_loss;
  const rise = last.validation_loss - best.validation_loss;
  return { gap, rise, best: best.epoch, isOverfitting: gap > LARGE && (rise > RISE || gap > last.validation_loss / 2) };
}

/** One sentence on the newest epoch of the history; empty before the first. */
export function gapSentence(rows) {
  if (!rows.length) return "";
  const measured = measureGap(rows);
  if (!measured && Number.isFinite(rows.at(-1).validation_accuracy)) return ""; // the losses are no numbers any more
  if (!measured) return _("No pictures are held out for validation, so nobody can see whether it overfits.");
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
