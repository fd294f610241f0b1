// The third door: gradient descent finds a kernel from the photo and its filtered twin, on the server. It plays how:
// the nine numbers move, the error falls.

import { fitKernel } from "../api.js";
import { s } from "../shared/dom.js";
import { fixed } from "../shared/format.js";
import { largest, tint } from "../shared/sign.js";
import { SIDE } from "./photo.js";

const [WIDTH, HEIGHT, MARGIN] = [260, 106, 8];
const FOUND = 1e-5; // of the first error: what follows is not to be seen

export class LearningDoor {
  seconds = 5;
  #cells;
  #kernel;
  #frames = [];
  #past = s("path", { class: "past" });
  #future = s("path", { class: "future" });
  #now = s("path", { class: "now" });

  constructor(root, kernel) {
    this.#kernel = kernel;
    this.#cells = [...root.querySelector(".cells").children];
    root.querySelector("svg").replaceChildren(this.#future, this.#past, this.#now);
  }

  get isReady() {
    return this.#frames.length > 0;
  }

  /** Has the kernel learned again, from this photo. */
  async put({ source }, isNewest) {
    const { matrix, name } = this.#kernel;
    const { frames } = await fitKernel(source, { kernel: name, size: matrix.length, max_side: SIDE, color: "gray" });
    if (!isNewest()) return;
    const found = frames.findIndex(({ loss }) => loss <= FOUND * frames[0].loss);
    this.#frames = frames.slice(0, found < 0 ? undefined : found + 1);
    this.end();
  }

  begin() {
    this.draw(0);
  }

  draw(seconds) {
    const last = this.#frames.length - 1;
    const done = (seconds / this.seconds) * last;
    const index = Math.min(last, Math.floor(done));
    const limit = largest(this.#kernel.matrix);
    this.#frames[index].kernel.flat().forEach((weight, cell) => {
      this.#cells[cell].textContent = fixed(weight, 1);
      tint(this.#cells[cell], weight, limit);
    });
    const points = this.#frames.map(({ loss }, at) => this.#point(at, loss));
    this.#past.setAttribute("d", path(points.slice(0, index + 1)));
    this.#future.setAttribute("d", path(points.slice(index)));
    this.#now.setAttribute("d", `M${points[index]}h0`);
  }

  end() {
    this.draw(this.seconds);
  }

  #point(index, loss) {
    const x = MARGIN + (index / Math.max(1, this.#frames.length - 1)) * (WIDTH - 2 * MARGIN);
    const y = HEIGHT - MARGIN - (loss / this.#frames[0].loss) * (HEIGHT - 2 * MARGIN);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  }
}

function path(points) {
  return `M${points.join("L")}`;
}
