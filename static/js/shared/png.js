// Reads the PNG that this server writes (8 bits, gray or RGB, not interlaced) as the engine's picture. Not through a
// canvas: a browser that guards its visitor's privacy changes what is read from one.

import { picture } from "./engine.js";

const [SIGNATURE, FRAME] = [8, 12]; // bytes before the first chunk, and around a chunk's own
const DATA = 0x49444154; // "IDAT"

/** The levels as they are written, one plane after the other. */
export async function readPng(buffer) {
  const view = new DataView(buffer);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const channels = view.getUint8(25) === 2 ? 3 : 1;
  const lines = await inflate(dataOf(buffer, view));
  return planes(unfilter(lines, width * channels, height, channels), width, height, channels);
}

function dataOf(buffer, view) {
  const parts = [];
  for (let at = SIGNATURE; at < buffer.byteLength; at += FRAME + view.getUint32(at))
    if (view.getUint32(at + 4) === DATA) parts.push(new Uint8Array(buffer, at + 8, view.getUint32(at)));
  return parts;
}

async function inflate(parts) {
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Each line is told as what is added to its neighbors: left (1), above (2), their mean (3), or Paeth's choice (4). */
function unfilter(lines, length, height, step) {
  const bytes = new Uint8Array(length * height);
  for (let y = 0; y < height; y += 1) {
    const [from, to] = [y * (length + 1) + 1, y * length];
    const kind = lines[from - 1];
    for (let x = 0; x < length; x += 1) {
      const left = x < step ? 0 : bytes[to + x - step];
      const above = y === 0 ? 0 : bytes[to + x - length];
      const corner = x < step || y === 0 ? 0 : bytes[to + x - length - step];
      bytes[to + x] = lines[from + x] + guess(kind, left, above, corner);
    }
  }
  return bytes;
}

function guess(kind, left, above, corner) {
  if (kind === 0) return 0;
  if (kind === 1) return left;
  if (kind === 2) return above;
  if (kind === 3) return (left + above) >> 1;
  const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function planes(bytes, width, height, channels) {
  const result = picture(width, height, channels);
  const area = width * height;
  for (let index = 0, from = 0; index < area; index += 1)
    for (let channel = 0; channel < channels; channel += 1) result.data[channel * area + index] = bytes[from++];
  return result;
}
