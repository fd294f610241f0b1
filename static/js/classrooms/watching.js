// How a class stands, told by the server as it changes. A stream that breaks is opened again, a reload loses nothing.

import { followClass } from "../calls/classes.js";

const PAUSE_MS = 1000;

/**
 * Calls `show(state)` for each state of the class, `closed()` at its end, and `away(message)` while the server cannot
 * be heard or refuses; null says that it is heard again.
 */
export async function watchClass(code, { show, closed, away }) {
  const { signal } = new AbortController();
  for (;;) {
    let isOver = false;
    const hear = ({ kind, fields }) => {
      if (kind === "class") show(fields);
      else if (kind === "closed") isOver = true;
    };
    const error = await followClass(code, { begin: () => away(null), hear, signal }).catch((caught) => caught);
    if (isOver || error?.problem?.status === 404) return closed();
    if (error) away(error.message);
    await new Promise((resolve) => setTimeout(resolve, (error?.seconds ?? 0) * 1000 || PAUSE_MS));
  }
}
