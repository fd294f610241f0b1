// Rounding as Python does it, so that the page's counts are the server's.

/** The nearest whole number; a half goes to the even one. */
export function roundHalfEven(value) {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
}

/** How many of a data set's training pictures are put aside, as the server does: of each class one at least. */
export function putAside({ train, classes }, { validation_split: share, stratify }) {
  const each = stratify === false ? 1 : classes.length;
  return share ? Math.min(Math.max(each, roundHalfEven(train * share)), train - each) : 0;
}

/** How many pictures of a data set are learned from: what is put aside and what a limit leaves out is not counted. */
export function learnedFrom(dataset, training) {
  return Math.min(dataset.train - putAside(dataset, training), training.train_limit ?? Infinity);
}
