// Where sliders stop: values that people would choose, over a wide range.

/** Round numbers from `low` to `high`: 1, 2 and 5 times the powers of ten, and both ends. */
export function roundStops(low, high) {
  const stops = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const digit of [1, 2, 5]) stops.push(Number(`${digit}e${power}`));
  }
  return ends(stops, low, high);
}

/** Powers of two and the numbers halfway, from `low` to `high`: 1, 2, 3, 4, 6, 8, 12, … and both ends. */
export function doublingStops(low, high) {
  const stops = [];
  for (let power = 1; power <= high; power *= 2) stops.push(power, power * 1.5);
  return ends(stops.filter(Number.isInteger), low, high);
}

function ends(stops, low, high) {
  return [...new Set([low, ...stops.filter((stop) => stop > low && stop < high), high])].sort(
    (one, other) => one - other,
  );
}
