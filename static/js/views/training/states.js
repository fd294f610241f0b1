// States: to be built.

export function connectStates(page) {
  return { refresh: () => page };
}
