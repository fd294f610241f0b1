// Keeps one picture in this browser, so that a reload or another language does not lose it. Nothing leaves the browser.

const NAME = "playground";
const STORE = "pictures";
const KEY = "own";

/** Keeps `file` in place of what was kept; null forgets. Storage may be forbidden: then nothing is kept. */
export async function keep(file) {
  await ask("readwrite", (pictures) => (file ? pictures.put(file, KEY) : pictures.delete(KEY))).catch(() => null);
}

/** The file that is kept, or null. */
export async function kept() {
  return ask("readonly", (pictures) => pictures.get(KEY)).catch(() => null);
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
