// Which one of some <details> is open, as a field of a page's state says it, and so its address. It does not know what
// lies in them.

/**
 * Keeps `state[field]` and the open one of `parts` the same; `nameOf(part)` is what the field says. Call what it gives
 * whenever the state may have changed. `met(part)` hears of one that the state, and no hand, has opened.
 */
export function keepOpened(page, field, parts, nameOf, met = () => {}) {
  let known = null; // so that one that a hand has opened, and that is not heard of yet, stays open
  const nameOfOpen = () => nameOf(parts.find((part) => part.open)) ?? null;
  const hear = () => {
    if (nameOfOpen() === known) return;
    known = nameOfOpen();
    page.change({ [field]: known });
  };
  for (const part of parts) part.addEventListener("toggle", hear);
  return () => {
    if (page.state[field] === known) return;
    known = page.state[field];
    for (const part of parts) part.open = nameOf(part) === known;
    if (known !== null) met(parts.find((part) => part.open));
  };
}
