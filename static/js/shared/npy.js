// Reads NumPy's .npy bytes (version 1, float32, H x W x C) as the engine's picture, one plane per channel.

import { picture } from "./engine.js";

export function readNpy(buffer) {
  const view = new DataView(buffer);
  const start = 10 + view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(new Uint8Array(buffer, 10, start - 10));
  const [height, width, channels] = header
    .match(/'shape': \((\d+), (\d+), (\d+)\)/)
    .slice(1)
    .map(Number);
  const interleaved = new Float32Array(buffer.slice(start));
  return planes(interleaved, height, width, channels);
}

function planes(interleaved, height, width, channels) {
  const result = picture(width, height, channels);
  const area = width * height;
  for (let index = 0, from = 0; index < area; index += 1) {
    for (let channel = 0; channel < channels; channel += 1) result.data[channel * area + index] = interleaved[from++];
  }
  return result;
}
