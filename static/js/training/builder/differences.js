// What two settings say differently.

/** The fields of `training` whose values are not those of `base`. */
export function differences(training, base) {
  return Object.fromEntries(Object.entries(training).filter(([name, value]) => !isSame(value, base[name])));
}

/** Whether two plain values say the same. */
export function isSame(one, other) {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key])]),
  );
}
