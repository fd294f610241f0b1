// One line a layer over the moments of a training, colored by depth, on a logarithmic scale or as shares from 0 to 1.
// Emits `moment` with the position that is clicked; the keyboard has the time scrubber.

import { emit, h, s } from "../../shared/dom.js";
import { short } from "../../shared/format.js";
import { decades, place, ticks } from "./gradient-scale.js";

const [WIDTH, HEIGHT] = [300, 120];

export class GradientLines extends HTMLElement {
  #shown = null;
  #plot = s("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    onclick: (event) => this.#point(event),
  });
  #axis = h("div", { class: "axis fact", "aria-hidden": "true" });

  connectedCallback() {
    if (!this.firstChild) this.append(this.#axis, this.#plot);
  }

  /**
   * `xs` are the moments' epochs, `lines` [{values, picked}] a value or null for each of them, the first layer first;
   * `at` is the shown moment's position; `isLog` the scale; `label` says it in words.
   */
  show(shown) {
    this.#shown = shown;
    const { xs, lines, at, isLog, label } = shown;
    const scale = isLog ? decades(lines.flatMap(({ values }) => values)) : { low: 0, high: 1, isLog };
    const left = (index) => this.#left(xs[index]);
    const top = (value) => HEIGHT * (1 - place(value, scale));
    const marks = ticks(scale);
    this.#axis.replaceChildren(
      ...marks.map((tick) => {
        const text = h("span", {}, short(tick));
        text.style.setProperty("--at", `${(100 * top(tick)) / HEIGHT}%`);
        return text;
      }),
    );
    this.#plot.setAttribute("aria-label", label);
    this.#plot.replaceChildren(
      ...marks.map((tick) => s("line", { class: "grid", x1: 0, x2: WIDTH, y1: top(tick), y2: top(tick) })),
      ...lines.map(({ values }, index) => this.#line(values, index, lines.length, left, top)),
      s("line", { class: "at", x1: left(at), x2: left(at), y1: 0, y2: HEIGHT }),
    );
  }

  #left(x) {
    const { xs } = this.#shown;
    const end = xs.at(-1) || 1;
    return (x / end) * WIDTH;
  }

  #line(values, index, count, left, top) {
    const points = values.flatMap((value, at) => (value === null ? [] : [`${left(at)} ${top(value)}`]));
    const line = s("path", {
      d: points.length ? `M${points.join("L")}h0` : "",
      class: points.length === 1 ? "dot" : "layer",
    });
    line.style.setProperty("--depth", `${depth(index, count)}%`);
    return line;
  }

  #point({ clientX }) {
    const { left, width } = this.#plot.getBoundingClientRect();
    const x = ((clientX - left) / width) * WIDTH;
    const distances = this.#shown.xs.map((epoch) => Math.abs(this.#left(epoch) - x));
    emit(this, "moment", distances.indexOf(Math.min(...distances)));
  }
}

/** From 0, the first layer, to 100, the last: how much of the second color a line has. */
export function depth(index, count) {
  return count > 1 ? (100 * index) / (count - 1) : 0;
}

customElements.define("gradient-lines", GradientLines);
