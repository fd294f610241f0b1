// Which of the offered weights is chosen at first, and which of them set the scale of the colors.

/** What was chosen before of the offered weights (picker.js), or else the largest; a bias is chosen by hand alone. */
export function chosenOf(weights, before) {
  const key = JSON.stringify(before);
  return (
    weights.find(({ weight }) => JSON.stringify(weight) === key) ??
    scaled(weights).reduce((most, one) => (Math.abs(one.value) > Math.abs(most.value) ? one : most))
  );
}

/** The weights without the bias, which is often so much larger that their colors would look alike on its scale. */
export function scaled(weights) {
  return weights.filter(({ weight }) => weight.parameter !== "bias");
}
