// How fast is learned at which step, as app/core/schedules.

/** What the highest learning rate is multiplied by at `step` (from 0) of `steps`. */
export function rateFactor({ decay, schedule, warm_up: warmUp }, step, steps) {
  const factor = 1 / (1 + decay * step);
  if (schedule === "constant") return factor;
  const rising = warmUp * steps;
  if (step < rising) return (factor * (step + 1)) / (rising + 1);
  const left = 1 - (step - rising) / Math.max(steps - rising, 1);
  return factor * (schedule === "one-cycle" ? left : (1 - Math.cos(Math.PI * left)) / 2);
}

/** Batches of an epoch; a last one of a single picture is left out. */
export function stepsAnEpoch(pictures, batch) {
  const [full, rest] = [Math.floor(pictures / batch), pictures % batch];
  return full + (rest > 1 || !full ? 1 : 0);
}
