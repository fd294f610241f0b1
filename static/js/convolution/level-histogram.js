// A histogram of levels, drawn by uPlot; signed values in the colors of their sign, as in the picture.

import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { number, percent } from "../shared/format.js";
import { color } from "../shared/theme.js";

const HEIGHT = 150;

export class LevelHistogram extends HTMLElement {
  #chart = null;
  #top = 1;
  #watcher = new ResizeObserver(() => this.#chart?.setSize({ width: this.clientWidth, height: HEIGHT }));

  connectedCallback() {
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", this.dataset.label);
    this.#watcher.observe(this);
  }

  disconnectedCallback() {
    this.#watcher.disconnect();
    this.#chart?.destroy();
    this.#chart = null;
  }

  /**
   * `counts` in equal bins from `minimum` to `maximum`, of values with signs or of levels. The heights are square
   * roots, so that rare values show.
   */
  show(counts, minimum, maximum, isSigned) {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const width = (maximum - minimum) / counts.length || 1;
    const middles = Array.from(counts, (_count, index) => minimum + (index + 0.5) * width);
    const shares = Array.from(counts, (count) => count / total);
    const those = (isOne) => shares.map((share, index) => (isOne(middles[index]) ? share : null));
    if (!this.#chart) this.#chart = new uPlot(this.#options(), [[0], [0], [0], [0]], this);
    const signed = [those((value) => isSigned && value < 0), those((value) => isSigned && value >= 0)];
    this.#chart.setData([middles, those(() => !isSigned), ...signed], false);
    this.#chart.setScale("x", { min: minimum, max: Math.max(maximum, minimum + 1) });
    this.#top = Math.max(...shares);
    this.#chart.setScale("y", { min: 0, max: this.#top * 1.02 });
  }

  #options() {
    const bars = uPlot.paths.bars({ size: [1, Infinity], gap: 0 });
    const series = (name) => ({
      paths: bars,
      fill: color(name),
      stroke: color(name),
      width: 0,
      points: { show: false },
    });
    const axis = {
      stroke: color("--soft-ink"),
      font: '13px "JetBrains Mono", monospace',
      ticks: { show: false },
      grid: { stroke: color("--line"), width: 1 },
    };
    return {
      width: this.clientWidth || 400,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, auto: false },
        y: { auto: false, distr: 100, fwd: Math.sqrt, inv: (value) => value * value },
      },
      axes: [
        { ...axis, values: (_chart, ticks) => ticks.map((tick) => number(tick)), grid: { show: false }, size: 24 },
        {
          ...axis,
          values: (_chart, ticks) => ticks.map((tick) => percent(tick)),
          size: 50,
          filter: (_chart, splits) => splits,
          splits: () => [0, 0.05, 0.25, 1].map((part) => part * this.#top),
        },
      ],
      series: [{}, series("--soft-ink"), series("--negative"), series("--positive")],
    };
  }

  /** Draws again with the colors of the theme that is now chosen. */
  refresh() {
    this.#chart?.redraw(false);
  }
}

customElements.define("level-histogram", LevelHistogram);
