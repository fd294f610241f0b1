// Remedies: to be built.

export function connectRemedies(page) {
  return { refresh: () => page };
}
