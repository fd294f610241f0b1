// Keeps one's own picture, and what a network sees of one, in this browser, so that a reload or another language does
// not lose it. Nothing leaves the browser.

const NAME = "playground";
const STORE = "pictures";

/**
 * Keeps `file` in place of what was kept under that name; null forgets. Storage may be forbidden: then nothing is
 * kept.
 */
export async function keep(file, name) {
  await ask("readwrite", (pictures) => (file ? pictures.put(file, name) : pictures.delete(name))).catch(() => null);
}

/** The file that is kept under that name, or null. */
export async function kept(name) {
  return ask("readonly", (pictures) => pictures.get(name)).catch(() => null);
}

async function ask(mode, question) {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answer(opening);
  try {
    return await answer(question(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result ?? null);
    request.onerror = () => reject(request.error);
  });
}
