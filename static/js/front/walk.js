// Where the window is at each moment of its way over a picture: one step after the other at first and at strong places,
// fast between them. Knows positions and seconds, no pixels.

export const SECONDS = 12; // for the whole way
const FIRST_STEPS = 6; // three a second
const [STEP_S, NEAR_STEPS, NEAR_STEP_S, HOLD_S] = [1 / 3, 3, 0.25, 1.4]; // on the way to a strong place, and there

/**
 * The way over positions 0 to `count` - 1, slow at `places`, which rise: a function from seconds to {index, isSlow}.
 * Places too near to the start, the end or each other are passed by.
 */
export function walk(count, places) {
  const stretches = slowStretches(count, places);
  const slow = stretches.reduce((sum, { seconds }) => sum + seconds, 0);
  return along(connect(stretches, count - 1, SECONDS - slow));
}

function slowStretches(count, places) {
  const first = Math.min(FIRST_STEPS, count - 1);
  const stretches = [{ from: 0, to: first, seconds: first * STEP_S, isSlow: true }];
  for (const place of places) {
    const from = place - NEAR_STEPS;
    if (from <= stretches.at(-1).to || place >= count - 1) continue;
    stretches.push({ from, to: place, seconds: NEAR_STEPS * NEAR_STEP_S, isSlow: true });
    stretches.push({ from: place, to: place, seconds: HOLD_S, isSlow: true });
  }
  return stretches;
}

/** Fills the gaps, and the rest up to `last`, with fast stretches that take `seconds` together. */
function connect(slow, last, seconds) {
  const ends = [...slow.slice(1).map(({ from }) => from), last];
  const gaps = slow.map(({ to }, index) => ends[index] - to);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return slow.flatMap((stretch, index) => {
    const fast = { from: stretch.to, to: ends[index], seconds: (seconds * gaps[index]) / total, isSlow: false };
    return gaps[index] > 0 ? [stretch, fast] : [stretch];
  });
}

function along(stretches) {
  return (moment) => {
    let rest = Math.max(0, moment);
    for (const { from, to, seconds, isSlow } of stretches) {
      if (rest < seconds) return { index: from + Math.floor(eased(rest / seconds, isSlow) * (to - from)), isSlow };
      rest -= seconds;
    }
    return { index: stretches.at(-1).to, isSlow: false };
  };
}

/** A fast stretch speeds up and slows down; steps are all as long. */
function eased(share, isSlow) {
  return isSlow ? share : share * share * (3 - 2 * share);
}

/**
 * The strongest place of the upper and of the lower half of a result, as indices that rise: away from the border, where
 * windows look beyond the picture.
 */
export function strongPlaces({ width, height, data }) {
  const middle = Math.floor(height / 2);
  return [
    [2, middle],
    [middle, height - 2],
  ]
    .map(([top, end]) => strongest(data, width, top, end))
    .filter((place) => place !== null);
}

function strongest(data, width, top, end) {
  let best = null;
  for (let y = top; y < end; y += 1) {
    for (let x = 2; x < width - 2; x += 1) {
      const index = y * width + x;
      if (best === null || Math.abs(data[index]) > Math.abs(data[best])) best = index;
    }
  }
  return best;
}
