// Controls: to be built.

export function connectControls(page) {
  return { refresh: () => page };
}
