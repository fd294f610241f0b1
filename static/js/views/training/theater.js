// Theater: to be built.

export function connectTheater(page) {
  return { refresh: () => page };
}
