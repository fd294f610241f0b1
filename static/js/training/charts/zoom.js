// The part of an axis from 0 to `end` that is shown: [from, to], or null for the whole.

const SHORTEST = 1 / 500; // of the axis

/** `span` of the axis from `from` on, as far as there is so much; null where that is the whole. */
export function part(from, span, end) {
  const fitted = Math.max(span, end * SHORTEST);
  if (fitted >= end * (1 - 1e-9)) return null;
  const start = Math.min(Math.max(0, from), end - fitted);
  return [start, start + fitted];
}

/** A part made `factor` times as long around the value `at`, which stays where it is. */
export function stretched(shown, factor, at, end) {
  const [from, to] = shown ?? [0, end];
  const span = Math.max((to - from) * factor, end * SHORTEST);
  return part(at - ((at - from) / (to - from)) * span, span, end);
}

/** A part moved by a share of itself; the whole stays. */
export function moved(shown, share, end) {
  if (!shown) return null;
  const span = shown[1] - shown[0];
  return part(shown[0] + share * span, span, end);
}

/** What two fingers make of a part: {middle, distance} in shares of its length, when they came and now. */
export function pinched(shown, before, now, end) {
  const [from, to] = shown ?? [0, end];
  const span = Math.max(((to - from) * before.distance) / now.distance, end * SHORTEST);
  return part(from + before.middle * (to - from) - now.middle * span, span, end);
}
