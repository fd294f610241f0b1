// Rounding as Python does it, so that the page's counts are the server's.

/** The nearest whole number; a half goes to the even one. */
export function roundHalfEven(value) {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
}

/** How many of `count` training pictures are put aside for a share, as the server does. */
export function putAside(count, share) {
  return share ? Math.min(Math.max(1, roundHalfEven(count * share)), count - 1) : 0;
}
