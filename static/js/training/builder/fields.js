// Changes fields of the training that the next start uses.

/** `patch` holds fields of a training; while a slider moves (`isLive`) what follows waits for the next frame. */
export function setTraining(page, patch, { isLive = false } = {}) {
  page.change({ training: { ...page.state.training, ...patch } }, { isLive });
}
