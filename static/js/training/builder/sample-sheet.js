// A data set's sheet of samples: a row for each class, cut into strips that canvases show.

/** The first sample of every class, side by side, in `canvas`. */
export function drawStrip(canvas, { sheet_columns: columns, picture }) {
  const side = picture.width / columns;
  const height = rowHeight(picture, columns);
  const rows = Math.round(picture.height / height);
  const source = canvasOf(picture);
  Object.assign(canvas, { width: side * rows, height });
  const context = canvas.getContext("2d");
  for (let row = 0; row < rows; row += 1)
    context.drawImage(source, 0, row * height, side, height, row * side, 0, side, height);
}

/** [{label, count, canvas}]: the row of each class that the sheet has. */
export function cutSheet({ sheet_columns: columns, classes, counts, picture }) {
  const height = rowHeight(picture, columns);
  const source = canvasOf(picture);
  const rows = Math.round(picture.height / height);
  return classes.slice(0, rows).map((label, row) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height });
    canvas.getContext("2d").drawImage(source, 0, row * height, picture.width, height, 0, 0, picture.width, height);
    return { label, count: counts.train[row], canvas };
  });
}

/** Pictures are as high as they are wide. */
function rowHeight(picture, columns) {
  return picture.width / columns;
}

function canvasOf(picture) {
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}
