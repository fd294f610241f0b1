// What a photo goes through on its way to the network.

/** The change as a request writes it, or null where nothing is changed. */
export function changeFields({ dx = 0, dy = 0, angle = 0, noise = 0, blur = 0, size = 0, x = 0, y = 0 }) {
  const fields = {
    ...((dx || dy) && { shift: [dx, dy] }),
    ...(angle && { angle }),
    ...(noise && { noise }),
    ...(blur && { blur }),
    ...(size && { cover: [x, y, size] }),
  };
  return Object.keys(fields).length ? fields : null;
}
