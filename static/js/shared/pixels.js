// Pictures that came as data URLs, as bytes.

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
