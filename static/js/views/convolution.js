// The convolution page: holds its state, asks the bench for results and keeps the screen and the address in step.

import { Problem, listKernels, listSamples, readPicture } from "../api.js";
import { fromKernel, read, write } from "../lib/address.js";
import { Bench } from "../lib/bench.js";
import { complete, outputSize } from "../lib/steps.js";
import { connectChain } from "./convolution/chain.js";
import { connectCode } from "./convolution/code.js";
import { connectControls } from "./convolution/controls.js";
import { connectLearning } from "./convolution/learning.js";
import { connectSources } from "./convolution/sources.js";
import { connectWindow } from "./convolution/window.js";
import { Screen } from "./convolution/screen.js";

const SETTLE_MS = 120;

class ConvolutionPage {
  kernels = [];
  samples = [];
  state = null;
  source = {};
  origin = {};
  bench = new Bench();
  #screen = new Screen(this);
  #parts = [];
  #isChanging = false;
  #settling = null;
  #reading = 0;

  async start() {
    await this.attempt(async () => {
      [this.kernels, this.samples] = await Promise.all([listKernels(), listSamples()]);
      this.state = read(location.search, this.kernels);
      this.#parts = [connectControls, connectSources, connectChain, connectWindow, connectLearning, connectCode].map((connect) => connect(this));
      addEventListener("popstate", () => this.#return());
      await this.take({ sample: this.state.sample });
      document.documentElement.dataset.ready = "true";
    });
  }

  get step() {
    return this.state.steps[this.state.at];
  }

  get input() {
    return this.bench.inputOf(this.state.at);
  }

  get result() {
    return this.bench.resultOf(this.state.at);
  }

  /** Reads a picture, {sample} or {file}; whatever goes wrong, the present one stays. */
  async take(source) {
    const reading = (this.#reading += 1);
    await this.attempt(async () => {
      const { levels, origin } = await readPicture(source, this.state.size);
      if (reading !== this.#reading) return;
      [this.source, this.origin, this.levels] = [source, origin, levels];
      this.state.sample = source.sample ?? "";
      this.bench.put(levels, this.state.color);
      this.#screen.newPicture();
      this.change({});
    });
  }

  /** Changes the state and shows it in the coming frame: computed at once, since waiting for the frame would lose one. */
  change(patch) {
    const recolored = "color" in patch && patch.color !== this.state.color;
    Object.assign(this.state, patch);
    if (recolored) this.bench.put(this.levels, this.state.color);
    if (recolored) this.#screen.newPicture();
    if (!this.bench.picture || this.#isChanging) return;
    this.#isChanging = true;
    queueMicrotask(() => this.#show());
  }

  /** Changes fields of the open step. */
  changeStep(patch) {
    const steps = this.state.steps.with(this.state.at, complete({ ...this.step, ...patch }));
    this.change({ steps });
  }

  /** Puts a classic kernel in the open step; where a window moves and stops is kept. */
  choose(kernel) {
    const { stride = 1, dilation = 1, border = "zero", flip = false } = this.step.type === "convolution" ? this.step : {};
    const step = fromKernel(kernel, { stride, dilation, border, flip });
    this.change({ steps: this.state.steps.with(this.state.at, step), display: "auto" });
  }

  /** Moves the window to result pixel (x, y), without computing anything again. */
  moveTo(x, y) {
    const [height, width] = this.result ? [this.result.height, this.result.width] : [1, 1];
    this.state.x = Math.max(0, Math.min(width - 1, x));
    this.state.y = Math.max(0, Math.min(height - 1, y));
    this.#screen.showWindow();
    this.#settle();
  }

  /** Runs `work`; a refusal is told in the page and nothing is lost. */
  async attempt(work) {
    try {
      this.#screen.tell(null);
      await work();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof TypeError)) throw error;
      this.#screen.tell(error);
    }
  }

  #show() {
    this.#isChanging = false;
    this.bench.apply(this.state.steps);
    this.#screen.show();
    for (const part of this.#parts) part?.refresh?.();
    this.#settle();
  }

  /** What may come a moment later: chain, histograms, code, the address. */
  #settle() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#screen.settle();
      for (const part of this.#parts) part?.settle?.();
      const query = write(this.state, this.kernels);
      history.replaceState(null, "", `${location.pathname}?${query}`);
    }, SETTLE_MS);
  }

  #return() {
    const sample = this.state.sample;
    this.state = read(location.search, this.kernels);
    if (this.state.sample !== sample) this.take({ sample: this.state.sample });
    else this.change({});
  }

  /** Whether `steps` all fit the picture. */
  fits(steps) {
    let size = [this.bench.picture.height, this.bench.picture.width];
    for (const step of steps) size = size && outputSize(complete(step), ...size);
    return size !== null;
  }
}

new ConvolutionPage().start();
