// Final: to be built.

export function connectFinal(page) {
  return { refresh: () => page };
}
