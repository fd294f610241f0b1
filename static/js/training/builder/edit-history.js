// What was, for undo and redo. Quick changes of one thing, such as a slider that moves, are one step.

const TOGETHER_MS = 700;
const MOST = 200;

export class EditHistory {
  #past = [];
  #future = [];
  #present;
  #changedAt = -Infinity;

  /** `present` is any JSON value. */
  constructor(present) {
    this.#present = JSON.stringify(present);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Notes what is now; `when` is in milliseconds. */
  note(present, when = Date.now()) {
    const text = JSON.stringify(present);
    if (text === this.#present) return;
    if (when - this.#changedAt > TOGETHER_MS) this.#past = [...this.#past, this.#present].slice(-MOST);
    this.#future = [];
    this.#changedAt = when;
    this.#present = text;
  }

  /** What was before, or null. */
  undo() {
    return this.#step(this.#past, this.#future);
  }

  /** What was undone last, or null. */
  redo() {
    return this.#step(this.#future, this.#past);
  }

  #step(from, to) {
    if (!from.length) return null;
    to.push(this.#present);
    this.#present = from.pop();
    this.#changedAt = -Infinity;
    return JSON.parse(this.#present);
  }
}
