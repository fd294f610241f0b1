// How each run is drawn: the open one's training and validation in a color each, others in one of their own.

const OPEN = { train: "--accent", validation: "--second" };
const OTHERS = ["--third", "--fourth", "--fifth"];

/** The custom property of the run at that place, for charts. */
export function tokenOf(index) {
  return index === 0 ? OPEN.train : OTHERS[(index - 1) % OTHERS.length];
}

/** The same of one of its curves. */
export function curveToken(index, kind) {
  return index === 0 && kind === "validation" ? OPEN.validation : tokenOf(index);
}

/** A run's color for style sheets. */
export function colorOf(index) {
  return `var(${tokenOf(index)})`;
}

/** How a kind of curve is drawn: the live one strongly as long as it is the only one. */
export function lookOf(kind, { epochs }, index = 0) {
  if (kind === "validation" && index > 0) return "compared";
  return kind === "live" && epochs.length === 0 ? "first" : kind;
}
