// Optimizer: to be built.

export function connectOptimizer(page) {
  return { refresh: () => page };
}
