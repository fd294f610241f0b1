// Confusion: to be built.

export function connectConfusion(page) {
  return { refresh: () => page };
}
