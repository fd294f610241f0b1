// Norms: to be built.

export function connectNorms(page) {
  return { refresh: () => page };
}
