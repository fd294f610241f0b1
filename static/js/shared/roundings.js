// Whether sums in float32 are as good as those in float64: exact, or all their roundings together within TOLERANCE, as
// app/core/convolution/strategies.py decides it (Higham, Accuracy and Stability of Numerical Algorithms, 4.2).

const TOLERANCE = 1e-3; // levels
const HALF_ULP = 2 ** -24; // of a float32 between 1 and 2

const facts = new WeakMap();

/** {largest, isWhole}: the largest size of a picture's levels, and whether all are whole numbers. Kept with it. */
export function factsOf(picture) {
  if (!facts.has(picture)) facts.set(picture, factsIn(picture.data));
  return facts.get(picture);
}

function factsIn(data) {
  let largest = 0;
  let isWhole = true;
  for (let index = 0; index < data.length; index += 1) {
    const size = Math.abs(data[index]);
    if (size > largest) largest = size;
    if (size !== Math.floor(size)) isWhole = false;
  }
  return { largest, isWhole };
}

/** `taps` are {weight}, in the order in which they are added up. */
export function suffices(taps, { largest, isWhole }, divisor) {
  let [sum, error] = [0, 0];
  let isExact = isWhole;
  for (const { weight } of taps) {
    const product = Math.abs(weight) * largest;
    sum += product;
    error += Math.abs(weight - Math.fround(weight)) * largest + HALF_ULP * (product + sum);
    isExact &&= Number.isInteger(weight);
  }
  if (isExact && sum < 2 ** 24) return true;
  return error <= TOLERANCE * Math.abs(divisor);
}
