// Charts: to be built.

export function connectCharts(page) {
  return { refresh: () => page };
}
