// Photo: to be built.

export function connectPhoto(page) {
  return { refresh: () => page };
}
