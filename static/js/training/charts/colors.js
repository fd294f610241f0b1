// How each run is drawn: its color, the open one's first, then those it is compared with; and its curves.

const TOKENS = ["--accent", "--second", "--third", "--fourth"];

/** The custom property of the run at that place, for charts. */
export function tokenOf(index) {
  return TOKENS[index % TOKENS.length];
}

/** The same as a CSS color. */
export function colorOf(index) {
  return `var(${tokenOf(index)})`;
}

/** How a kind of curve is drawn: the live one strongly as long as it is the only one. */
export function lookOf(kind, { epochs }) {
  return kind === "live" && epochs.length === 0 ? "first" : kind;
}
