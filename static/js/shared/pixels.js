// Pictures that came as data URLs, as bytes; bytes as levels.

import { picture } from "./engine.js";

/** The decoded image of a data URL. */
export async function loadImage(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

/** {width, height, data}: its RGBA bytes. */
export async function readPixels(address) {
  const image = await loadImage(address);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** A data URL of a PNG as a file. */
export function fileOf(address, name = "picture.png") {
  const bytes = Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
  return new File([bytes], name, { type: "image/png" });
}

/** The gray levels of RGBA bytes, by Pillow's weights. */
export function grayOf({ width, height, data }) {
  const gray = picture(width, height, 1);
  for (let index = 0, at = 0; index < gray.data.length; index += 1, at += 4)
    gray.data[index] = (19595 * data[at] + 38470 * data[at + 1] + 7471 * data[at + 2] + 0x8000) >> 16;
  return gray;
}

/** The three planes of RGBA bytes. */
export function colorsOf({ width, height, data }) {
  const colors = picture(width, height, 3);
  const area = width * height;
  for (let index = 0, at = 0; index < area; index += 1, at += 4) {
    colors.data[index] = data[at];
    colors.data[index + area] = data[at + 1];
    colors.data[index + 2 * area] = data[at + 2];
  }
  return colors;
}
