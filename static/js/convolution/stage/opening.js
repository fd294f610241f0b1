// The window slides over the picture once, by itself: down in a few sweeps, each painting its band of the result, to
// the place where the result is strongest. Whoever touches anything ends it.

const SECONDS = 4.5;
const SWEEPS = 5;
const TOUCHES = ["pointerdown", "keydown", "wheel", "touchstart", "change", "drop", "paste"];

let running = null;

/**
 * Slides to `goal` {x, y} of a result of `width` columns. `show(x, y, painted)` is called each frame, with the place
 * and what is painted: {row, column, band}; `end()` once, at the goal or when the visitor does something.
 */
export function open({ goal, width, show, end }) {
  close();
  const band = Math.max(1, Math.ceil((goal.y + 1) / SWEEPS));
  const sweeps = Math.floor(goal.y / band) + (goal.x + 1) / width;
  const touched = new AbortController();
  const began = performance.now();
  running = { end, touched, frame: 0 };
  const tick = (now) => {
    const time = (now - began) / 1000 / SECONDS;
    if (time >= 1) return close();
    const along = sweeps * eased(Math.max(0, time));
    const top = Math.floor(along) * band;
    const x = Math.min(width - 1, Math.floor((along % 1) * width));
    show(x, Math.min(goal.y, top + band - 1), { row: top, column: x, band });
    running.frame = requestAnimationFrame(tick);
    return undefined;
  };
  for (const touch of TOUCHES) addEventListener(touch, close, { signal: touched.signal, passive: true, capture: true });
  running.frame = requestAnimationFrame(tick);
}

/** Ends it, at the goal. */
export function close() {
  if (!running) return;
  const { frame, touched, end } = running;
  running = null;
  cancelAnimationFrame(frame);
  touched.abort();
  end();
}

export function isOpening() {
  return running !== null;
}

/** Slow at both ends: the first stops can be read, and so can the last. */
function eased(time) {
  return time < 0.5 ? 2 * time * time : 1 - 2 * (1 - time) * (1 - time);
}
