// The scale of the gradients' chart: powers of ten from the smallest to the largest; zero, where it occurs, one below.

const MOST = 12; // powers of ten

/** {low, high, isLog, hasZero}: the powers between which all values lie that are not zero; the lowest stands for 0. */
export function decades(values) {
  const sizes = values.filter((value) => value > 0).map(Math.log10);
  const hasZero = values.includes(0);
  if (sizes.length === 0) return { low: -1, high: 0, isLog: true, hasZero };
  const high = Math.ceil(Math.max(...sizes));
  const low = Math.max(Math.floor(Math.min(...sizes)), high - MOST);
  return { low: Math.min(low, high - 1) - Number(hasZero), high, isLog: true, hasZero };
}

/** Where a value lies, from 0 to 1; zero and what is smaller than the scale lie at its foot. */
export function place(value, { low, high, isLog }) {
  const at = isLog ? (value > 0 ? Math.log10(value) : low) : value;
  return Math.max(0, Math.min(1, (at - low) / (high - low)));
}

/** The values that are written at the axis: at most six. */
export function ticks({ low, high, isLog, hasZero }) {
  if (!isLog) return [0, 0.5, 1];
  const step = Math.ceil((high - low) / 4);
  const powers = [];
  for (let power = high; power >= low + Number(hasZero); power -= step) powers.push(Number(`1e${power}`));
  return hasZero ? [...powers, 0] : powers;
}
