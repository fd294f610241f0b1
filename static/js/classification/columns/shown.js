// Which layers have a column.

export const IN_BETWEEN = ["normalize", "pad", "unroll"]; // roles of steps that a first look can do without

/** Whether a layer has its column: steps in between only on demand, or when one of them is open. */
export function isShown(page, { role }) {
  return showsAllSteps(page) || !IN_BETWEEN.includes(role);
}

/** Whether every step is shown. */
export function showsAllSteps(page) {
  return page.state.steps || IN_BETWEEN.includes(page.layer(page.state.layer)?.role);
}
