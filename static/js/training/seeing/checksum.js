// CRC-32 as in PNG and zip files: the server tells by it which photo a snapshot is of.

const POLYNOMIAL = 0xedb88320;
const table = Uint32Array.from({ length: 256 }, (_value, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

/** The checksum of bytes. */
export function crc32(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) rest = (rest >>> 8) ^ table[(rest ^ byte) & 255];
  return (rest ^ 0xffffffff) >>> 0;
}

/** The checksum of a picture's pixels, row by row, from RGBA bytes; of `channels` 1 or 3. */
export function pixelChecksum({ data }, channels) {
  const bytes = new Uint8Array((data.length / 4) * channels);
  for (let index = 0; index < bytes.length; index += 1)
    bytes[index] = data[Math.floor(index / channels) * 4 + (index % channels)];
  return crc32(bytes);
}
