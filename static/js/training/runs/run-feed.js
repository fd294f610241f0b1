// What a run has told so far. An event that comes twice, after a reconnection, is taken once.

/** States after which a run tells nothing more. */
export const ENDED = ["finished", "stopped", "diverged", "failed"];

export class RunFeed {
  steps = []; // {step, steps, epoch, loss, smoothed, accuracy, learning_rate, images_per_second, seconds}
  epochs = []; // rows of the history
  snapshots = []; // in their order; each has its number
  states = []; // {state, reason, step, epoch, learning_rate, test}
  ticket = null; // {place, waiting, seconds, lasts, watch, at}, as told last; `at` is when, by performance.now()
  last = 0; // number of the newest event
  connection = "opening"; // opening, open, reconnecting, closed

  /** `epochs` is how many the run is to have. */
  constructor(id, epochs) {
    this.id = id;
    this.epochsInAll = epochs;
  }

  /** Takes an event {id, kind, fields}; false if it was known already. A ticket has no number: the newest holds. */
  take({ id, kind, fields }) {
    if (kind === "ticket") {
      this.ticket = { ...fields, at: performance.now() };
      return true;
    }
    if (id <= this.last) return false;
    this.last = id;
    if (kind === "step") this.steps.push(fields);
    if (kind === "epoch") this.epochs.push(fields);
    if (kind === "snapshot") this.snapshots.push(fields);
    if (kind === "state") this.states.push(fields);
    return true;
  }

  /** The newest step, or null before the first. */
  get step() {
    return this.steps.at(-1) ?? null;
  }

  get state() {
    return this.states.at(-1)?.state ?? null;
  }

  get hasEnded() {
    return ENDED.includes(this.state);
  }

  /** Where a step lies on the axis of epochs: 1.5 is the middle of the second epoch. */
  epochAt(step) {
    return this.step ? (step / this.step.steps) * this.epochsInAll : 0;
  }

  /** [{step, learning_rate}]: where the visitor changed the learning rate. */
  get changes() {
    const rates = this.states.filter(({ learning_rate: rate }) => Number.isFinite(rate));
    return rates.filter(({ learning_rate: rate }, index) => index > 0 && rate !== rates[index - 1].learning_rate);
  }
}
