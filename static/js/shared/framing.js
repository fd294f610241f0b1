// Which part of a picture a network sees, in shares of the picture: the middle, or a drawing cut out of its ground.

/** How a picture is brought before a network, a row or a card with its `framings`; null is the usual way. */
export function framingFor(row) {
  return row?.framings?.includes("drawing") ? "drawing" : null;
}

/** The square in the middle of a photo, which is what the network is shown: {x, y, side}. */
export function centerSquare({ width, height }) {
  const side = Math.min(width, height);
  return { x: Math.floor((width - side) / 2), y: Math.floor((height - side) / 2), side };
}

/** The same as a frame, as long as no answer tells what was seen. */
export function middleOf(photo) {
  const { x, y, side } = centerSquare(photo);
  const { width, height } = photo;
  return { framing: "middle", left: x / width, top: y / height, width: side / width, height: side / height };
}

/** A frame in the picture's own pixels: {x, y, width, height}. */
export function onPicture(frame, picture) {
  return {
    x: frame.left * picture.width,
    y: frame.top * picture.height,
    width: frame.width * picture.width,
    height: frame.height * picture.height,
  };
}

/** A box on the seen picture as a box on the photo; `seen` is {width, height}, `frame` what was seen of the photo. */
export function onPhoto(box, photo, seen, frame = middleOf(photo)) {
  const whole = onPicture(frame, photo);
  const [across, down] = [whole.width / seen.width, whole.height / seen.height];
  return {
    x: whole.x + box.x * across,
    y: whole.y + box.y * down,
    width: box.width * across,
    height: box.height * down,
  };
}
