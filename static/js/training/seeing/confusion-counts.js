// A confusion matrix: rows are the truth, columns what was predicted.

/** How many pictures of each class there are: the sum of each row. */
export function rowTotals(matrix) {
  return matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
}

/** {right, all, share}: the pictures on the diagonal. */
export function accuracy(matrix) {
  const right = matrix.reduce((sum, row, index) => sum + row[index], 0);
  const all = rowTotals(matrix).reduce((sum, count) => sum + count, 0);
  return { right, all, share: all > 0 ? right / all : 0 };
}

/** The commonest mistake, {truth, predicted, count, of}, or null where there is none. */
export function worstMistake(matrix) {
  const totals = rowTotals(matrix);
  const mistakes = matrix.flatMap((row, truth) =>
    row.map((count, predicted) => ({ truth, predicted, count, of: totals[truth] })),
  );
  const [worst] = mistakes
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .sort((one, other) => other.count - one.count);
  return worst ?? null;
}
