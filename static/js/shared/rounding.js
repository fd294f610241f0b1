// Rounding as Python does it, so that the page's counts are the server's.

/** The nearest whole number; a half goes to the even one. */
export function roundHalfEven(value) {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
}

/** How many of `count` training pictures are put aside for a share, as the server does. */
export function putAside(count, share) {
  return share ? Math.min(Math.max(1, roundHalfEven(count * share)), count - 1) : 0;
}

/** How many pictures of a data set are learned from: what is put aside and what a limit leaves out is not counted. */
export function learnedFrom({ train }, { validation_split: share, train_limit: limit }) {
  return Math.min(train - putAside(train, share), limit ?? Infinity);
}
