// Nested lists (H x W x C), as the vectors write pictures, to the engine's planes and back.

import { picture } from "../../static/js/shared/engine.js";

export function fromNested(rows) {
  const [height, width, channels] = [rows.length, rows[0].length, rows[0][0].length];
  const result = picture(width, height, channels);
  rows.forEach((row, y) =>
    row.forEach((levels, x) =>
      levels.forEach((level, channel) => (result.data[(channel * height + y) * width + x] = level)),
    ),
  );
  return result;
}

export function toNested({ width, height, channels, data }) {
  const line = (length, cell) => Array.from({ length }, (_value, index) => cell(index));
  return line(height, (y) => line(width, (x) => line(channels, (channel) => data[(channel * height + y) * width + x])));
}
