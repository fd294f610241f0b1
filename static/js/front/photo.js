// The front page's photo, read small: the levels that the hero computes with, exactly as the room "Convolve" has them
// at that size, and a finer colored one to look at.

import { readPicture } from "../api.js";
import { toRgba } from "../shared/display.js";
import { picture } from "../shared/engine.js";

export const SIDE = 64; // pixels of the hero's picture, a side
const FINE = 192;
const LONGEST = 1024;

/**
 * {source, gray, size, fine}: `gray` are the levels of the whole photo, whose shorter side is SIDE, `size` its longer
 * side, which an address names; `fine` the pixels of a larger copy in color.
 */
export async function readPhoto(source) {
  const { levels: fine } = await readPicture(source, FINE, "rgb");
  const [short, long] = [fine.width, fine.height].sort((one, other) => one - other);
  const size = Math.min(LONGEST, Math.round((SIDE * long) / short));
  const { levels: gray } = await readPicture(source, size, "gray");
  return { source, size, gray, fine: new ImageData(toRgba(fine, "clip"), fine.width, fine.height) };
}

/** The middle of a picture, `width` by `height` or as much in that proportion as there is: {picture, left, top}. */
export function middle(whole, width, height) {
  const share = Math.min(1, whole.width / width, whole.height / height);
  const [across, down] = [width, height].map((length) => Math.max(1, Math.round(length * share)));
  const [left, top] = [(whole.width - across) >> 1, (whole.height - down) >> 1];
  const part = picture(across, down, 1);
  for (let y = 0; y < down; y += 1) {
    const start = (top + y) * whole.width + left;
    part.data.set(whole.data.subarray(start, start + across), y * across);
  }
  return { picture: part, left, top };
}
