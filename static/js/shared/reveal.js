// A picture that is painted pixel by pixel, row by row or in bands of rows: what is still to come shows as a ghost.

const GHOST = 0.16;

/**
 * Draws the pixels of `full` up to position `index` into `canvas`, the rest as a ghost; null draws all. The row of
 * `index` is the first of a `band` that is painted together.
 */
export function reveal(canvas, full, index, band = 1) {
  const { width, height } = full;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (index === null) return context.drawImage(full, 0, 0);
  context.clearRect(0, 0, width, height);
  context.globalAlpha = GHOST;
  context.drawImage(full, 0, 0);
  context.globalAlpha = 1;
  const [row, columns] = [Math.floor(index / width), (index % width) + 1];
  if (row > 0) context.drawImage(full, 0, 0, width, row, 0, 0, width, row);
  return context.drawImage(full, 0, row, columns, band, 0, row, columns, band);
}
