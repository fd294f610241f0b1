// The gap between training and validation, measured on a run's history.

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
