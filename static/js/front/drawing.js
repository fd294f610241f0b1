// How results look on the front page: edges in the theme's colors of their sign, what stays a photo as a photo.

import { automaticMode, measure, toRgba } from "../shared/display.js";
import { drawSigned } from "../shared/maps.js";

const LIT = 0.997; // the share of the values below the end of the color scale

/** Whether what this step makes of a photo is a photo again. */
export function isPhoto(step) {
  return automaticMode([step]) === "clip";
}

/** RGBA bytes of a step's result. */
export function draw(result, step) {
  if (isPhoto(step)) return toRgba(result, "clip", measure(result));
  const sizes = Array.from(result.data, Math.abs).sort((one, other) => one - other);
  return drawSigned(result, sizes[Math.floor(LIT * (sizes.length - 1))]).rgba;
}
