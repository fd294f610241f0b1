// Runs: to be built.

export function connectRuns(page) {
  return { refresh: () => page };
}
