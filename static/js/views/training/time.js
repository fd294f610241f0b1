// Time: to be built.

export function connectTime(page) {
  return { refresh: () => page };
}
