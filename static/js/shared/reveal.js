// A picture that is painted pixel by pixel, row by row: what is still to come shows as a ghost.

const GHOST = 0.16;

/** Draws the pixels of `full` up to position `index` into `canvas`, the rest as a ghost; null draws all. */
export function reveal(canvas, full, index) {
  const { width, height } = full;
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (index === null) return context.drawImage(full, 0, 0);
  context.globalAlpha = GHOST;
  context.drawImage(full, 0, 0);
  context.globalAlpha = 1;
  const [row, columns] = [Math.floor(index / width), (index % width) + 1];
  if (row > 0) context.drawImage(full, 0, 0, width, row, 0, 0, width, row);
  return context.drawImage(full, 0, row, columns, 1, 0, row, columns, 1);
}
