// The front page's photo, read small: the levels that the hero computes with, exactly as the room "Convolve" has them
// at that size, and a finer colored one to look at.

import { download } from "../api.js";
import { picture } from "../shared/engine.js";

export const SIDE = 64; // pixels of the hero's picture, a side
const FINE = 192;
const LONGEST = 1024;

/**
 * {source, gray, size, fine}: `gray` are the levels of the whole photo, whose shorter side is SIDE, `size` its longer
 * side, which an address names; `fine` the RGBA bytes of a larger copy.
 */
export async function readPhoto(source) {
  const fine = await read(source, { max_side: FINE });
  const size = Math.min(
    LONGEST,
    Math.round((SIDE * Math.max(fine.width, fine.height)) / Math.min(fine.width, fine.height)),
  );
  const gray = await read(source, { max_side: size, color: "gray" });
  return { source, size, fine, gray: levels(gray) };
}

async function read(source, fields) {
  const file = await download(source, { kernel: "identity", format: "png", ...fields });
  const image = await createImageBitmap(file);
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  image.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** The first channel of RGBA bytes as a picture. */
function levels({ width, height, data }) {
  return picture(
    width,
    height,
    1,
    Float32Array.from({ length: width * height }, (_value, at) => data[at * 4]),
  );
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
