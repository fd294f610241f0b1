// Keeps one's own photo, and what a network sees of one, in this browser, so that a reload, another room or another
// language does not lose it. Nothing leaves the browser.

const NAME = "playground";
const STORE = "pictures";

/**
 * Keeps a file, or an object with one, in place of what was kept under that name; null forgets. Storage may be
 * forbidden: then nothing is kept.
 */
export async function keep(value, name) {
  await ask("readwrite", (pictures) => (value ? pictures.put(value, name) : pictures.delete(name))).catch(() => null);
}

/** What is kept under that name, or null. */
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
