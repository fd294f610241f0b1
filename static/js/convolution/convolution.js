// The convolution page: holds its state, asks the bench for results and keeps the screen and the address in step.

import { listKernels, listSamples, readPicture } from "../api.js";
import { OWN, SEEN, addressOf } from "../shared/address.js";
import { ADDRESS, fromKernel, readAddress } from "./address.js";
import { Bench } from "./bench.js";
import { complete, convolution, outputSize } from "../shared/steps.js";
import { automaticMode } from "../shared/display.js";
import { connectChain } from "./chain.js";
import { connectCode } from "./code.js";
import { connectControls } from "./controls.js";
import { connectExamples } from "./examples.js";
import { connectInWords } from "./in-words.js";
import { connectLearning } from "./learning.js";
import { connectLive } from "./live.js";
import { connectSources } from "./sources.js";
import { connectPhone } from "./phone.js";
import { connectWindow, slideOnce } from "./window.js";
import { Screen } from "./screen.js";
import { attempt, connectNotice } from "../rooms/notice.js";
import { firstPicture, show } from "../rooms/photo.js";
import { strongest } from "./stage/strongest.js";

const PARTS = [
  connectControls,
  connectSources,
  connectLive,
  connectChain,
  connectWindow,
  connectLearning,
  connectCode,
  connectPhone,
  connectInWords,
];

const SETTLE_MS = 120;
const OPENING = "kernel=sobel-x&color=gray"; // what an address opens that says nothing: one number a pixel

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
  #examples = { said: () => null };

  async start() {
    connectNotice();
    await this.attempt(async () => {
      [this.kernels, this.samples] = await Promise.all([listKernels(), listSamples()]);
      this.state = this.#opened();
      this.#examples = connectExamples(this);
      this.#parts = PARTS.map((connect) => connect(this));
      addEventListener("popstate", () => this.#return());
      const isToSlide = isBare() && !matchMedia("(prefers-reduced-motion: reduce)").matches;
      await this.#enter();
      if (isToSlide) queueMicrotask(() => this.result && slideOnce(this));
      document.documentElement.dataset.ready = "true";
    });
  }

  /** What the address says; a bare one opens on one number a pixel and a kernel whose sum anybody can foretell. */
  #opened() {
    const said = readAddress(location.search, this.kernels);
    return isBare() ? { ...readAddress(`?${OPENING}`, this.kernels), sample: said.sample } : said;
  }

  /** Whether the address says where the window is. */
  get isPlaced() {
    return this.state.x !== null && this.state.y !== null;
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

  /** Whether the result is a picture still, levels from 0 to 255, and not what was found in one. */
  get isPicture() {
    return automaticMode(this.state.steps.slice(0, this.state.at + 1)) === "clip";
  }

  /**
   * Reads a picture, {sample} or {file}, changes the state by `patch`, and says whether it could; whatever goes wrong,
   * the present one stays.
   */
  async take(source, patch = {}) {
    if (source.again) return this.#again(source, patch);
    for (const part of this.#parts) part?.stop?.();
    const reading = (this.#reading += 1);
    const isTaken = await this.attempt(async () => {
      const { size, color } = { ...this.state, ...patch };
      const { levels, origin } = await readPicture(source, size, color);
      if (reading !== this.#reading) return;
      [this.source, this.origin, this.levels] = [source, origin, levels];
      Object.assign(this.state, patch, { sample: source.sample ?? source.name ?? OWN });
      show(source);
      this.bench.put(levels);
      this.#screen.newPicture();
    });
    this.change({});
    return isTaken;
  }

  /** A frame of the camera: the picture until the next comes, or another is taken. */
  follow(levels, source) {
    this.#reading += 1;
    [this.source, this.origin, this.levels] = [source, {}, levels];
    this.bench.put(levels);
    this.#screen.newPicture();
    this.change({});
  }

  /** The camera's frames, in another size or color. */
  #again(source, patch) {
    Object.assign(this.state, patch);
    this.change({});
    return source.again();
  }

  /** The picture for the server: a running camera is paused first. */
  async still() {
    return this.source.still ? this.source.still() : this.source;
  }

  #firstPicture() {
    return firstPicture(location.search, { samples: this.samples, usual: ADDRESS.field("sample").default });
  }

  /**
   * Changes the state and shows it in the coming frame: computed at once, since waiting for the frame would lose one.
   */
  change(patch) {
    Object.assign(this.state, patch);
    if (!this.bench.picture || this.#isChanging) return;
    this.#isChanging = true;
    queueMicrotask(() => this.#show());
  }

  /** Changes fields of the open step. */
  changeStep(patch) {
    const steps = this.state.steps.with(this.state.at, complete({ ...this.step, ...patch }));
    this.change({ steps });
  }

  /** Puts a classic kernel in the open step, or after it where it is none; where a window moves and stops is kept. */
  choose(kernel) {
    const { steps, at } = this.state;
    if (this.step.type !== "convolution") return this.insert(fromKernel(kernel));
    const { stride, dilation, border, padding, flip } = this.step;
    const step = fromKernel(kernel, { stride, dilation, border, padding, flip });
    return this.change({ steps: steps.with(at, step), display: "auto" });
  }

  /** Adds a step after the open one and opens it. */
  insert(step) {
    const { at } = this.state;
    if (this.takes(step))
      this.change({ steps: this.state.steps.toSpliced(at + 1, 0, step), at: at + 1, x: null, y: null });
  }

  /** Puts a matrix of one's own, with its divisor, in the open step, or after it where it is none; false: no room. */
  fill({ matrix, divisor }) {
    const isKernel = this.step.type === "convolution";
    if (isKernel) this.changeStep({ matrix, divisor, name: null });
    else if (this.takes(convolution(matrix))) this.insert(convolution(matrix, { divisor }));
    else return false;
    return true;
  }

  /** Whether there is room for one more step after the open one. */
  takes(step) {
    const longer = this.state.steps.toSpliced(this.state.at + 1, 0, step);
    return longer.length <= ADDRESS.field("steps").high && this.fits(longer);
  }

  /** Moves the window to result pixel (x, y), without computing anything again. */
  moveTo(x, y) {
    const [height, width] = this.result ? [this.result.height, this.result.width] : [1, 1];
    this.state.x = Math.max(0, Math.min(width - 1, x));
    this.state.y = Math.max(0, Math.min(height - 1, y));
    this.#screen.showWindow();
    this.#settle();
  }

  /** Shows the window at (x, y) on its way to somewhere else. */
  pass(x, y) {
    Object.assign(this.state, { x, y });
    this.#screen.showWindow({ isPassing: true });
  }

  /** Draws again what depends on where things are on the screen. */
  redraw() {
    if (this.result) this.#screen.showWindow();
  }

  /** What the prepared example says that is on the screen: [sentence, its end], or null. */
  exampleSaid() {
    return this.#examples.said();
  }

  /** Runs `work` and says whether it was done; a refusal is told in the page and nothing is lost. */
  attempt(work) {
    return attempt(work);
  }

  #show() {
    this.#isChanging = false;
    this.bench.apply(this.state.steps);
    this.#place();
    this.#screen.show();
    for (const part of this.#parts) part?.refresh?.();
    this.#screen.showWindow(); // last: what leads from part to part needs them where they stay
    this.#settle();
  }

  /** A window that nobody has put anywhere goes where the result is strongest. */
  #place() {
    if (this.isPlaced || !this.result) return;
    Object.assign(this.state, strongest(this.input, complete(this.step), this.result, this.isPicture));
  }

  /** What may come a moment later: chain, histograms, code, the address. */
  #settle() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#screen.settle();
      for (const part of this.#parts) part?.settle?.();
      history.replaceState(null, "", addressOf(ADDRESS.write(this.state, this.kernels)));
    }, SETTLE_MS);
  }

  /** Back and forward: the state of that address, with its picture. */
  async #return() {
    this.state = readAddress(location.search, this.kernels);
    await this.#enter();
    document.dispatchEvent(new Event("returned"));
  }

  /** The picture of the address, and the panels that it opens, which a new picture would close. */
  async #enter() {
    const panels = this.state.open;
    if (await this.take(await this.#firstPicture())) for (const part of this.#parts) part?.enter?.(panels);
  }

  /** Whether `steps` all fit the picture. */
  fits(steps) {
    let size = [this.bench.picture.height, this.bench.picture.width];
    for (const step of steps) size = size && outputSize(complete(step), ...size);
    return size !== null;
  }
}

/** Whether the address says nothing that another visitor could have meant: no link carries a picture of one's own. */
function isBare() {
  const said = ADDRESS.said(location.search);
  return (
    said.length === 0 || (said.length === 1 && [OWN, SEEN].includes(new URLSearchParams(location.search).get("sample")))
  );
}

new ConvolutionPage().start();
