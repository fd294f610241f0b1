// Sign has a color, everywhere the same: blue below zero, rust above, paper at zero.

// Where black and white text are read equally well: in the dark theme, and in the light one.
const MEDIUM = 64;
const STRONG = 88;

/** Gives `element` the color of `value` on a scale from -limit to +limit; the stylesheet does the mixing. */
export function tint(element, value, limit) {
  const share = limit > 0 ? Math.min(1, Math.abs(value) / limit) : 0;
  const percent = Math.round(share * 100);
  set(element, "--share", `${percent}%`);
  element.classList.toggle("signed", true);
  element.classList.toggle("is-negative", value < 0);
  element.classList.toggle("is-medium", percent >= MEDIUM);
  element.classList.toggle("is-strong", percent >= STRONG);
  return element;
}

/** Gives `element` the gray of a level from 0 to 255. */
export function shade(element, level) {
  const gray = Math.max(0, Math.min(255, Math.round(level)));
  set(element, "--level", String(gray));
  element.classList.toggle("shaded", true);
  element.classList.toggle("is-bright", gray > 117);
  return element;
}

function set({ style }, name, value) {
  if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
}

/** The largest size among the numbers of a grid. */
export function largest(rows) {
  return rows.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
