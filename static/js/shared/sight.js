// Keeps a part of the page where it is while what stands before it grows.

/**
 * Shows `element` from its top on, and again whenever a column beside or above it grows; until the visitor does
 * something else.
 */
export function keepInSight(element) {
  const growing = new ResizeObserver(() => element.scrollIntoView({ block: "start" }));
  for (const column of document.querySelectorAll(".room > :not(.room-more)")) growing.observe(column);
  const leave = new AbortController();
  for (const doing of ["wheel", "touchmove", "keydown", "pointerdown"])
    addEventListener(doing, () => leave.abort(), { signal: leave.signal, passive: true });
  leave.signal.addEventListener("abort", () => growing.disconnect());
}
