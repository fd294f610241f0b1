// The color of each run that is drawn: the open one first, then those it is compared with.

const TOKENS = ["--accent", "--second", "--third", "--fourth"];

/** The custom property of the run at that place, for charts. */
export function tokenOf(index) {
  return TOKENS[index % TOKENS.length];
}

/** The same as a CSS color. */
export function colorOf(index) {
  return `var(${tokenOf(index)})`;
}
