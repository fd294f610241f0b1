// Plays how gradient descent found a kernel: the numbers move, the loss falls, the prediction nears the target.

import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { h, paint } from "../shared/dom.js";
import { fixed, number } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { color } from "../shared/theme.js";
import { largest, tint } from "../shared/sign.js";

const FRAME_MS = 100; // some 60 frames: slow enough to watch
const CHART_HEIGHT = 180;
const SUPERSCRIPT = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";

export class KernelLearning extends HTMLElement {
  #run = null;
  #frame = 0;
  #timer = null;
  #chart = null;
  #grid = h("div", { class: "numbers" });
  #watcher = new ResizeObserver(() =>
    this.#chart?.setSize({ width: this.#chartPlace.clientWidth, height: CHART_HEIGHT }),
  );
  #repaint = () => this.#run && this.#plot(this.#run.fit.frames);
  #chartPlace = h("div", { class: "loss-chart" });
  #prediction = h("canvas", { role: "img", "aria-label": _("Prediction") });
  #target = h("canvas", { role: "img", "aria-label": _("Target") });
  #fact = h("p", { class: "figure", id: "learning-fact" });
  #verdict = h("p", { class: "small", id: "learning-verdict", role: "status" });
  #play = h("button", { class: "button icon", type: "button", onclick: () => this.#toggle() }, "▶");
  #scrub = h("input", {
    type: "range",
    min: 0,
    value: 0,
    "aria-label": _("Step of gradient descent"),
    oninput: () => this.#scrubTo(Number(this.#scrub.value)),
  });

  connectedCallback() {
    if (this.firstChild) return;
    const figure = (caption, content, name) => h("figure", { class: name }, h("figcaption", {}, caption), content);
    document.addEventListener("theme", this.#repaint);
    this.#watcher.observe(this.#chartPlace);
    this.append(
      h(
        "div",
        { class: "learning-grid" },
        figure(_("Kernel, now"), this.#grid, "learned"),
        figure(_("Loss (mean squared difference)"), this.#chartPlace, "loss"),
        figure(_("Prediction"), this.#prediction, "shot"),
        figure(_("Target"), this.#target, "shot"),
      ),
      h("div", { class: "player" }, this.#play, this.#scrub, this.#fact),
      this.#verdict,
    );
  }

  disconnectedCallback() {
    this.stop();
    document.removeEventListener("theme", this.#repaint);
    this.#watcher.disconnect();
    this.#chart?.destroy();
    this.#chart = null;
  }

  /**
   * `fit` is the server's answer; `predict(kernel)` and `target` give {picture, rgba, isSigned}; `wanted` is the true
   * kernel.
   */
  show({ fit, predict, target, wanted }) {
    this.stop();
    this.#run = { fit, predict, wanted };
    this.#grid.style.setProperty("--columns", fit.kernel[0].length);
    this.#grid.replaceChildren(...fit.kernel.flat().map(() => h("span", { class: "cell" })));
    show(this.#target, target);
    this.#scrub.max = fit.frames.length - 1;
    this.#plot(fit.frames);
    this.#verdict.textContent = "";
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.#seek(fit.frames.length - 1);
    this.#seek(0);
    return this.#toggle();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#play.textContent = "▶";
    this.#play.setAttribute("aria-label", _("Play"));
  }

  #toggle() {
    if (this.#timer) return this.stop();
    if (this.#frame >= this.#run.fit.frames.length - 1) this.#seek(0);
    this.#timer = setInterval(() => this.#advance(), FRAME_MS);
    this.#play.textContent = "❚❚";
    this.#play.setAttribute("aria-label", _("Pause"));
    return undefined;
  }

  #advance() {
    if (this.#frame >= this.#run.fit.frames.length - 1) this.stop();
    else this.#seek(this.#frame + 1);
  }

  #scrubTo(index) {
    this.stop();
    this.#seek(index);
  }

  #seek(index) {
    this.#frame = index;
    this.#scrub.value = index;
    const { fit, wanted } = this.#run;
    const { step, kernel, loss } = fit.frames[index];
    const limit = largest(wanted ?? fit.kernel);
    kernel.flat().forEach((weight, cell) => {
      this.#grid.children[cell].textContent = fixed(weight, 2);
      tint(this.#grid.children[cell], weight, limit);
    });
    show(this.#prediction, this.#run.predict(kernel));
    this.#fact.textContent = _("step %(step)s · loss %(loss)s", { step: number(step), loss: brief(loss) });
    // What was found is said once it is seen, and then stays.
    if (index === fit.frames.length - 1) this.#verdict.textContent = verdict(fit, wanted);
    this.#chart?.setCursor({ left: this.#chart.valToPos(step + 1, "x"), top: 10 }, false);
  }

  #plot(frames) {
    this.#chart?.destroy();
    const line = { stroke: color("--accent"), width: 2, points: { show: false } };
    const axis = {
      stroke: color("--soft-ink"),
      font: `${getComputedStyle(this).getPropertyValue("--text-small")} "JetBrains Mono", monospace`,
      grid: { stroke: color("--line"), width: 1, filter: decades },
      ticks: { show: false },
    };
    const options = {
      width: this.#chartPlace.clientWidth || 320,
      height: CHART_HEIGHT,
      padding: [8, 30, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
      scales: { x: { time: false, distr: 3 }, y: { distr: 3 } },
      axes: [
        { ...axis, size: 24, values: (_chart, ticks) => ticks.map((tick) => (tick === null ? "" : number(tick))) },
        {
          ...axis,
          size: 58,
          values: (_chart, ticks) => ticks.map(power),
        },
      ],
      series: [{}, line],
    };
    // A logarithmic scale has no zero: steps are counted from 1 here, and a loss of exactly 0 is drawn at a trillionth.
    const points = [frames.map(({ step }) => step + 1), frames.map(({ loss }) => Math.max(1e-12, loss))];
    this.#chart = new uPlot(options, points, this.#chartPlace);
  }
}

function show(canvas, { picture, rgba, isSigned }) {
  canvas.classList.toggle("is-signed", isSigned);
  paint(canvas, picture, rgba);
}

/** The power of ten of a value, as it is written by hand: 10⁻³. */
function power(value) {
  const exponent = value === null ? [] : [...String(Math.floor(Math.log10(value) + 1e-9))];
  return exponent.length ? `10${exponent.map((sign) => SUPERSCRIPT["-0123456789".indexOf(sign)]).join("")}` : "";
}

/** A loss that falls by many powers of ten. */
function brief(loss) {
  if (loss === 0 || loss >= 0.01) return number(loss);
  const whole = power(loss);
  return `${number(loss / 10 ** Math.floor(Math.log10(loss) + 1e-9), 1)} · ${whole}`;
}

/** Grid lines at powers of ten only: those between would fill the chart. */
function decades(_chart, splits) {
  return splits.map((value) => (value !== null && Number.isInteger(Math.log10(value)) ? value : null));
}

function verdict(fit, wanted) {
  if (!fit.identifiable)
    return _(
      "The picture does not say enough: different kernels give the same result on it. Try one with more detail.",
    );
  const error = wanted
    ? Math.max(...wanted.flatMap((row, i) => row.map((weight, j) => Math.abs(weight - fit.kernel[i][j]))))
    : null;
  const time = number(fit.milliseconds / 1000, 2);
  if (error === null) return _("Found in %(time)s s.", { time });
  return _("Found in %(time)s s: no number is more than %(error)s away from the true kernel.", {
    time,
    error: number(Math.max(1e-6, Math.ceil(error * 1e6) / 1e6), 6),
  });
}

customElements.define("kernel-learning", KernelLearning);
