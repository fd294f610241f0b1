// Builder: to be built.

export function connectBuilder(page) {
  return { refresh: () => page };
}
