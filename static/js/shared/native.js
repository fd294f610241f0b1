// Whole planes in WebAssembly with SIMD (native/engine.ts), where the browser has it: `true`, or what was asked for.
// Else `false`, and whoever asked does it in JavaScript. Knows what lies where in the memory, not what it means.

const START = 1024; // the compiler's own lies below
const SLACK = 256; // bytes: a block may reach as far past its row
const MOST = 128 * 2 ** 20; // such memory is never given back
const TAP = 16;
const SMALL = 2 ** 18; // bytes

let wasm = null;
let values = null; // the result at `at`: {data, at}
// Bordered planes, {at, of, key}: a thumbnail has a place of its own, since both it and the picture follow every edit.
const [small, large] = [{ at: START }, { at: START + SMALL, end: START + SMALL }];

/** Takes the module, as bytes or as the answer that brings them. Rejects where the browser knows no SIMD. */
export async function useNative(source) {
  const { instance } = await (source instanceof Uint8Array
    ? WebAssembly.instantiate(source)
    : WebAssembly.instantiateStreaming(source));
  wasm = instance.exports;
}

/**
 * Fills `result.data` by `taps` {weight, distance in cells}. `fill(plane, channel)` writes a bordered plane of `cells`
 * cells into zeros; it is asked only where `input` {of, key} has other planes than the last.
 */
export function convolveNatively({ input, cells, fill, taps, isPrecise, step, result }) {
  values = null;
  const bytes = input.channels * cells * 4 + SLACK;
  const planes = bytes <= SMALL ? small : large;
  const tapsAt = planes === large ? large.at + bytes : large.end;
  const row = tapsAt + taps.length * TAP;
  const at = row + input.columns * 4 + SLACK;
  const { width, height, data } = result;
  if (!hasRoom(at + data.length * 4 + SLACK)) return false;
  if (planes.of !== input.of || planes.key !== input.key) place(planes, input, cells, fill);
  large.end = tapsAt;
  writeTaps(tapsAt, taps);
  for (let channel = 0; channel < input.channels; channel += 1) {
    const from = planes.at + channel * cells * 4;
    const to = at + channel * width * height * 4;
    const { stride, divisor, offset } = step;
    // prettier-ignore
    wasm.convolve(from, input.columns, tapsAt, taps.length, isPrecise, stride, divisor, offset, row, to, width, height);
  }
  data.set(floats(at, data.length));
  values = { data, at };
  return true;
}

/** [minimum, maximum, sum, count outside 0 to 255] of `data`, or false. */
export function measureNatively(data) {
  const at = brought(data, 2 * SLACK);
  if (!at) return false;
  const told = align(at + data.length * 4);
  wasm.measure(at, data.length, told);
  return new Float64Array(wasm.memory.buffer, told, 4);
}

/** Writes RGBA `bytes` of a picture: `how(wasm, ...)` calls what paints it. */
export function paintNatively({ data, channels, width, height }, bytes, colors, how) {
  const at = brought(data, bytes.length + colors.length * 8 + 2 * SLACK);
  if (!at) return false;
  const palette = align(at + data.length * 4);
  new Float64Array(wasm.memory.buffer, palette, colors.length).set(colors);
  const rgba = palette + colors.length * 8;
  const area = width * height;
  how(wasm, { at, area, plane: channels === 1 ? 0 : area * 4, palette, rgba });
  bytes.set(new Uint8Array(wasm.memory.buffer, rgba, bytes.length));
  return true;
}

/** Where the values of `data` lie, with `more` bytes behind them; 0 where there is no room. */
function brought(data, more) {
  const isHere = values?.data === data;
  const at = isHere ? values.at : large.end;
  if (!hasRoom(at + data.length * 4 + more)) return 0;
  if (isHere) return at;
  values = null;
  floats(at, data.length).set(data);
  return at;
}

function place(planes, { of, key, channels }, cells, fill) {
  for (let channel = 0; channel < channels; channel += 1)
    fill(floats(planes.at + channel * cells * 4, cells).fill(0), channel);
  Object.assign(planes, { of, key });
}

function writeTaps(at, taps) {
  const view = new DataView(wasm.memory.buffer, at);
  taps.forEach(({ weight, distance }, index) => {
    view.setFloat64(index * TAP, weight, true);
    view.setUint32(index * TAP + 8, distance * 4, true);
    view.setFloat32(index * TAP + 12, weight, true);
  });
}

function hasRoom(bytes) {
  if (!wasm || bytes > MOST) return false;
  const missing = bytes - wasm.memory.buffer.byteLength;
  if (missing > 0) wasm.memory.grow(Math.ceil(missing / 65536));
  return true;
}

function floats(at, count) {
  return new Float32Array(wasm.memory.buffer, at, count);
}

function align(at) {
  return (at + SLACK + 7) & ~7;
}
