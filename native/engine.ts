// The page's arithmetic on whole planes, in WebAssembly with SIMD: what static/js/shared/native.js calls. Written in
// AssemblyScript and compiled at set-up by scripts/vendor.mjs. It knows no pictures: places in its memory come in.
// A block may read and write a little past its row: the next row mends it, and after the last there is room for it.

const TAP = 16; // bytes: a weight (float64), its distance in bytes from the window's first cell, the weight (float32)
const HALF: f32 = 0.49999997; // adding it and cutting off is floor(v + 0.5) for every float32 v >= 0

/**
 * A plane of sum(weight * level) / divisor + offset in float32; sums in float64 where `isPrecise`. `row` is a spare
 * row's place, written where `stride` is not 1; a row of `levels` has `columns` cells, one of `result` `width`.
 */
export function convolve(
  levels: usize, columns: i32, taps: usize, count: i32, isPrecise: bool, stride: i32,
  divisor: f32, offset: f32, row: usize, result: usize, width: i32, height: i32,
): void {
  const end = taps + count * TAP;
  const span = (width - 1) * stride + 1;
  for (let y = 0; y < height; y++) {
    const from = levels + ((y * stride * columns) << 2);
    const to = result + ((y * width) << 2);
    const sums = stride == 1 ? to : row;
    if (isPrecise) addPrecisely(from, taps, end, sums, span);
    else add(from, taps, end, sums, span);
    if (stride != 1) pick(row, stride, to, width);
    if (divisor != 1 || offset != 0) finish(to, width, divisor, offset);
  }
}

function add(from: usize, taps: usize, end: usize, to: usize, count: i32): void {
  const last = to + (count << 2);
  for (; to < last; to += 128, from += 128) {
    let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (let tap = taps; tap < end; tap += TAP) {
      const at = from + load<u32>(tap, 8);
      const weight = v128.load32_splat(tap, 12);
      a = f32x4.add(a, f32x4.mul(weight, v128.load(at)));
      b = f32x4.add(b, f32x4.mul(weight, v128.load(at, 16)));
      c = f32x4.add(c, f32x4.mul(weight, v128.load(at, 32)));
      d = f32x4.add(d, f32x4.mul(weight, v128.load(at, 48)));
      e = f32x4.add(e, f32x4.mul(weight, v128.load(at, 64)));
      f = f32x4.add(f, f32x4.mul(weight, v128.load(at, 80)));
      g = f32x4.add(g, f32x4.mul(weight, v128.load(at, 96)));
      h = f32x4.add(h, f32x4.mul(weight, v128.load(at, 112)));
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    v128.store(to, e, 64);
    v128.store(to, f, 80);
    v128.store(to, g, 96);
    v128.store(to, h, 112);
  }
}

function addPrecisely(from: usize, taps: usize, end: usize, to: usize, count: i32): void {
  const last = to + (count << 2);
  for (; to < last; to += 64, from += 64) {
    let a = f64x2.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (let tap = taps; tap < end; tap += TAP) {
      const at = from + load<u32>(tap, 8);
      const weight = v128.load64_splat(tap);
      a = f64x2.add(a, f64x2.mul(weight, two(at)));
      b = f64x2.add(b, f64x2.mul(weight, two(at + 8)));
      c = f64x2.add(c, f64x2.mul(weight, two(at + 16)));
      d = f64x2.add(d, f64x2.mul(weight, two(at + 24)));
      e = f64x2.add(e, f64x2.mul(weight, two(at + 32)));
      f = f64x2.add(f, f64x2.mul(weight, two(at + 40)));
      g = f64x2.add(g, f64x2.mul(weight, two(at + 48)));
      h = f64x2.add(h, f64x2.mul(weight, two(at + 56)));
    }
    storeTwo(to, a);
    storeTwo(to + 8, b);
    storeTwo(to + 16, c);
    storeTwo(to + 24, d);
    storeTwo(to + 32, e);
    storeTwo(to + 40, f);
    storeTwo(to + 48, g);
    storeTwo(to + 56, h);
  }
}

function pick(row: usize, stride: i32, to: usize, width: i32): void {
  for (let x = 0; x < width; x++) store<f32>(to + (x << 2), load<f32>(row + ((x * stride) << 2)));
}

function finish(at: usize, count: i32, divisor: f32, offset: f32): void {
  const last = at + (count << 2);
  for (; at < last; at += 16) {
    const share = f32x4.div(v128.load(at), f32x4.splat(divisor));
    v128.store(at, f32x4.add(share, f32x4.splat(offset)));
  }
}

/** Of `count` values: minimum, maximum, sum and how many lie outside 0 to 255, as four float64 at `told`. */
export function measure(values: usize, count: i32, told: usize): void {
  let low = f32x4.splat(f32.MAX_VALUE), high = f32x4.splat(-f32.MAX_VALUE);
  let sums = f64x2.splat(0), more = sums;
  let outside = i32x4.splat(0);
  const whole = values + ((count & ~3) << 2);
  const last = values + (count << 2);
  for (; values < whole; values += 16) {
    const four = v128.load(values);
    low = f32x4.pmin(low, four);
    high = f32x4.pmax(high, four);
    sums = f64x2.add(sums, two(values));
    more = f64x2.add(more, two(values + 8));
    const isOutside = v128.or(f32x4.lt(four, f32x4.splat(0)), f32x4.gt(four, f32x4.splat(255)));
    outside = i32x4.sub(outside, isOutside);
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  sum += f64x2.extract_lane(more, 0) + f64x2.extract_lane(more, 1);
  let cut = i32x4.extract_lane(outside, 0) + i32x4.extract_lane(outside, 1);
  cut += i32x4.extract_lane(outside, 2) + i32x4.extract_lane(outside, 3);
  let lowest = min(min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)),
    min(f32x4.extract_lane(low, 2), f32x4.extract_lane(low, 3)));
  let highest = max(max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)),
    max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)));
  for (; values < last; values += 4) {
    const value = load<f32>(values);
    lowest = min(lowest, value);
    highest = max(highest, value);
    sum += value;
    cut += i32(value < 0 || value > 255);
  }
  store<f64>(told, lowest);
  store<f64>(told, highest, 8);
  store<f64>(told, sum, 16);
  store<f64>(told, cut, 24);
}

/** RGBA of `area` pixels whose planes lie `plane` bytes apart (0: gray), cut to 0 to 255; of their size where `isSize`. */
export function paintLevels(values: usize, area: i32, plane: usize, isSize: bool, rgba: usize): void {
  for (const last = rgba + (area << 2); rgba < last; rgba += 16, values += 16) {
    const red = cut(values, isSize);
    if (plane) store4(rgba, red, cut(values + plane, isSize), cut(values + 2 * plane, isSize));
    else store4(rgba, red, red, red);
  }
}

/** The same, with `low` as black and `high` as white. */
export function paintRange(values: usize, area: i32, plane: usize, low: f64, high: f64, rgba: usize): void {
  const start = f64x2.splat(low);
  const span = f64x2.splat(high - low);
  for (const last = rgba + (area << 2); rgba < last; rgba += 16, values += 16) {
    const red = stretched(values, start, span);
    if (plane) store4(rgba, red, stretched(values + plane, start, span), stretched(values + 2 * plane, start, span));
    else store4(rgba, red, red, red);
  }
}

/**
 * RGBA of the pixels' means, from the color of zero to that of the sign, steep at zero. `colors` are nine float64: the
 * zero's red, green and blue, then how far it is to those of negative and of positive.
 */
export function paintSigned(values: usize, area: i32, plane: usize, limit: f64, colors: usize, rgba: usize): void {
  for (const last = rgba + (area << 2); rgba < last; rgba += 16, values += 16) {
    const one = means(values, plane), other = means(values + 8, plane);
    const share = shares(one, limit), rest = shares(other, limit);
    store4(
      rgba,
      both(tone(one, share, colors, 0), tone(other, rest, colors, 0)),
      both(tone(one, share, colors, 8), tone(other, rest, colors, 8)),
      both(tone(one, share, colors, 16), tone(other, rest, colors, 16)),
    );
  }
}

// @ts-ignore: decorator
@inline
function means(at: usize, plane: usize): v128 {
  if (!plane) return two(at);
  const sum = f64x2.add(f64x2.add(two(at), two(at + plane)), two(at + 2 * plane));
  return f64x2.div(sum, f64x2.splat(3));
}

// @ts-ignore: decorator
@inline
function shares(mean: v128, limit: f64): v128 {
  if (!(limit > 0)) return f64x2.splat(0);
  const size = f64x2.abs(mean);
  const steep = f64x2.mul(size, f64x2.splat(9));
  const whole = f64x2.add(f64x2.mul(size, f64x2.splat(8)), f64x2.splat(limit));
  return f64x2.min(f64x2.splat(1), f64x2.div(steep, whole));
}

// @ts-ignore: decorator
@inline
function tone(mean: v128, share: v128, colors: usize, part: usize): v128 {
  const isNegative = f64x2.lt(mean, f64x2.splat(0));
  const negative = v128.load64_splat(colors + 24 + part);
  const positive = v128.load64_splat(colors + 48 + part);
  const span = v128.bitselect(negative, positive, isNegative);
  const tone = f64x2.add(v128.load64_splat(colors + part), f64x2.mul(span, share));
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.add(tone, f64x2.splat(0.5)));
}

// @ts-ignore: decorator
@inline
function cut(at: usize, isSize: bool): v128 {
  let four = v128.load(at);
  if (isSize) four = f32x4.abs(four);
  four = f32x4.min(f32x4.splat(255), f32x4.max(f32x4.splat(0), four));
  return i32x4.trunc_sat_f32x4_s(f32x4.add(four, f32x4.splat(HALF)));
}

// @ts-ignore: decorator
@inline
function stretched(at: usize, start: v128, span: v128): v128 {
  return both(stretchedTwo(at, start, span), stretchedTwo(at + 8, start, span));
}

// @ts-ignore: decorator
@inline
function stretchedTwo(at: usize, start: v128, span: v128): v128 {
  const share = f64x2.mul(f64x2.div(f64x2.sub(two(at), start), span), f64x2.splat(255));
  const inside = f64x2.min(f64x2.splat(255), f64x2.max(f64x2.splat(0), share));
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.add(inside, f64x2.splat(0.5)));
}

/** The two float32 at `at` as float64. */
// @ts-ignore: decorator
@inline
function two(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

// @ts-ignore: decorator
@inline
function storeTwo(at: usize, values: v128): void {
  v128.store64_lane(at, f32x4.demote_f64x2_zero(values), 0);
}

/** The low halves of both. */
// @ts-ignore: decorator
@inline
function both(one: v128, other: v128): v128 {
  return v128.shuffle<i64>(one, other, 0, 2);
}

// @ts-ignore: decorator
@inline
function store4(rgba: usize, red: v128, green: v128, blue: v128): void {
  const colors = v128.or(red, v128.or(i32x4.shl(green, 8), i32x4.shl(blue, 16)));
  v128.store(rgba, v128.or(colors, i32x4.splat(0xff000000)));
}
