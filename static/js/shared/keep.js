// Keeps one's own photo, what a network sees of one, and small notes of what was chosen and done, in this browser, so
// that a reload, another room or another language does not lose it. Nothing leaves the browser.

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

/** Notes a short text, or an object, under that name; null forgets. Storage may be forbidden: then nothing is noted. */
export function note(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, typeof value === "string" ? value : JSON.stringify(value));
  } catch {
    // As said.
  }
}

/** The text that is noted under that name, or null. */
export function noted(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** The object that is noted under that name, or an empty one. */
export function notedObject(name) {
  try {
    return JSON.parse(noted(name)) ?? {};
  } catch {
    return {}; // somebody else's text
  }
}
