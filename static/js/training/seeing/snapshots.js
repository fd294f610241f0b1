// What a snapshot of a learning network holds, taken apart: the first kernels, how far they moved, where norms lie.

import { readSprite } from "../../shared/maps.js";

/**
 * The kernels of a sprite, a list of planes (pictures of one channel) for each; `shape` is filters, channels, height,
 * width.
 */
export function readKernels(pixels, [filters, channels], limit) {
  const planes = readSprite(pixels, filters * channels, limit);
  return Array.from({ length: filters }, (_value, filter) => planes.slice(filter * channels, (filter + 1) * channels));
}

/** The planes added up: what the kernel does to a gray picture. */
export function summed(planes) {
  const [{ width, height }] = planes;
  const data = new Float32Array(width * height);
  for (const plane of planes) plane.data.forEach((weight, index) => (data[index] += weight));
  return { width, height, channels: 1, data };
}

/** A plane as rows of numbers. */
export function toRows({ width, height, data }) {
  return Array.from({ length: height }, (_value, row) => Array.from(data.subarray(row * width, (row + 1) * width)));
}

/** The Euclidean norm of all weights of a kernel. */
export function norm(planes) {
  return Math.sqrt(planes.reduce((sum, { data }) => data.reduce((part, weight) => part + weight * weight, sum), 0));
}

/** How far a kernel is from another one: the norm of their difference. */
export function distance(planes, others) {
  let sum = 0;
  planes.forEach(({ data }, channel) =>
    data.forEach((weight, index) => (sum += (weight - others[channel].data[index]) ** 2)),
  );
  return Math.sqrt(sum);
}

/** The largest size among the values of pictures. */
export function largestOf(pictures) {
  return pictures.reduce((most, { data }) => data.reduce((size, value) => Math.max(size, Math.abs(value)), most), 0);
}

/** A kernel of three planes as a picture in color, RGBA: gray for zero, brighter above, darker below. */
export function drawColored(planes, limit) {
  const [{ width, height }] = planes;
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  const level = (weight) => 127.5 + (limit > 0 ? (127.5 * weight) / limit : 0);
  for (let index = 0; index < width * height; index += 1) {
    for (let channel = 0; channel < 3; channel += 1)
      rgba[index * 4 + channel] = level(planes[Math.min(channel, planes.length - 1)].data[index]);
  }
  return { picture: { width, height }, rgba };
}

/** How many of `values` fall into each of `bins` equal parts from 0 to `end`; what is beyond counts in the last. */
export function spread(values, end, bins) {
  const counts = new Array(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((Math.max(0, value) / (end || 1)) * bins))] += 1;
  return counts;
}

/** The snapshot of a number, or the newest (null); what is not there yet is the last one before it. */
export function momentAt(snapshots, number) {
  if (number === null || number === undefined) return snapshots.at(-1) ?? null;
  return snapshots.findLast((snapshot) => snapshot.number <= number) ?? snapshots[0] ?? null;
}
