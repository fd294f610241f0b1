// Reads NumPy's .npy bytes (version 1, float32): as they lie, or H x W x C as the engine's picture, one plane per
// channel.

import { picture } from "./engine.js";

/** {shape, data} of any number of axes. */
export function readArray(buffer) {
  const view = new DataView(buffer);
  const start = 10 + view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(new Uint8Array(buffer, 10, start - 10));
  const [, sides] = header.match(/'shape': \(([\d, ]+)\)/);
  return { shape: sides.match(/\d+/g).map(Number), data: new Float32Array(buffer.slice(start)) };
}

export function readNpy(buffer) {
  const { shape, data } = readArray(buffer);
  return planes(data, ...shape);
}

function planes(interleaved, height, width, channels) {
  const result = picture(width, height, channels);
  const area = width * height;
  for (let index = 0, from = 0; index < area; index += 1) {
    for (let channel = 0; channel < channels; channel += 1) result.data[channel * area + index] = interleaved[from++];
  }
  return result;
}
