// Input: to be built.

export function connectInput(page) {
  return { refresh: () => page };
}
