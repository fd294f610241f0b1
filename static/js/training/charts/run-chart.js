// Curves of runs over epochs that grow while one watches. Emits `zoom` with [from, to], or null for the whole.

import uPlot from "../../../vendor/uplot/uPlot.esm.js";
import { emit, h } from "../../shared/dom.js";
import { number, percent, short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { forgetColors, paintMarks, paintShades, resolve } from "./chart-paint.js";
import { moved, stretched } from "./zoom.js";
import { showTip } from "./chart-tip.js";
import { connectTouch } from "./chart-touch.js";

const FONT = '"Inter", sans-serif';
const LOOKS = {
  live: { width: 1.25, alpha: 0.38 },
  first: { width: 1.5, alpha: 0.85 }, // live, while there is nothing else
  train: { width: 3 },
  validation: { width: 3 },
  compared: { width: 2, dash: [5, 4] }, // the validation of another run
};
const LETTER = 0.58; // a figure's width, of the letters' size
const ABOVE = 1.02; // so that a curve at the top is seen whole
const FEW = 12; // points that are drawn each
// epochs between two figures
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
const SHARES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5]; // between two percentages
const ZOOM = 1.5; // by a key
const STEP = 1 / 50; // of what is shown, by an arrow key
const LEAP = 1 / 5; // with Shift, or at the edge of what is shown

export class RunChart extends HTMLElement {
  #chart = null;
  #shown = null;
  #layout = "";
  #isMouse = true; // what came to the chart last; after a tap a browser moves its mouse over it, and away again
  #place = h("div", {
    class: "plot",
    tabindex: 0,
    role: "img",
    onpointerenter: ({ pointerType }) => (this.#isMouse = pointerType === "mouse"),
    onkeydown: (event) => this.#key(event),
    onblur: () => this.#leave(),
  });
  #empty = h("p", { class: "chart-empty soft", hidden: true });
  #tip = h("div", { class: "chart-tip", hidden: true, "aria-hidden": "true" });
  #watcher = new ResizeObserver(() => this.#chart?.setSize(this.#size()));
  #recolor = () => {
    forgetColors();
    if (this.#shown) this.show(this.#shown);
    this.#chart?.redraw(false);
  };
  #scheme = matchMedia("(prefers-color-scheme: dark)"); // each call makes another
  #elsewhere = ({ target }) => this.contains(target) || this.#leave();

  connectedCallback() {
    if (!this.firstChild) this.#build();
    this.#watcher.observe(this.#place);
    document.addEventListener("pointerdown", this.#elsewhere);
    for (const type of ["theme", "class-view"]) document.addEventListener(type, this.#recolor);
    this.#scheme.addEventListener("change", this.#recolor);
  }

  disconnectedCallback() {
    this.#watcher.disconnect();
    document.removeEventListener("pointerdown", this.#elsewhere);
    for (const type of ["theme", "class-view"]) document.removeEventListener(type, this.#recolor);
    this.#scheme.removeEventListener("change", this.#recolor);
    this.#chart?.destroy();
    [this.#chart, this.#layout] = [null, ""];
  }

  /**
   * `data` is [xs, ...columns]; `lines` [{run, kind, token}] says what each column is, `names` what the runs are
   * called; `end` is the
   * last epoch, `zoom` the part that is shown or null, `isLog` the scale, `top` the highest value of a share, `high` a
   * value that has to fit in; `room` is left free at the right, in CSS pixels; `shades`, `marks` and
   * `levels` as in chart-paint.js; `empty` is said while there is no point.
   */
  show(shown) {
    this.#shown = shown;
    this.#place.setAttribute("aria-label", shown.label);
    this.#empty.hidden = shown.data[0].length > 0;
    this.#empty.textContent = shown.empty ?? "";
    const layout = JSON.stringify([shown.lines, shown.isLog, shown.top, shown.room, letterSize()]);
    if (layout === this.#layout) return this.#chart.setData(shown.data);
    this.#layout = layout;
    this.#chart?.destroy();
    this.#chart = new uPlot(this.#options(), shown.data, this.#place);
    return undefined;
  }

  /** The drawing as it is now. */
  get canvas() {
    return this.#chart.ctx.canvas;
  }

  /** The epoch at a share, from 0 to 1, of the axis. */
  at(share) {
    const { min, max } = this.#chart.scales.x;
    return min + share * (max - min);
  }

  /** Where a point of the chart lies in this element, in CSS pixels: {left, top}; null while nothing is drawn. */
  placeOf(x, y) {
    if (!this.#chart || this.#chart.scales.x.min === null || this.#chart.scales.y.min === null) return null;
    const [inner, outer] = [this.#chart.over, this].map((one) => one.getBoundingClientRect());
    return {
      left: inner.left - outer.left + this.#chart.valToPos(x, "x"),
      top: inner.top - outer.top + this.#chart.valToPos(y, "y"),
    };
  }

  /** Where the curves are drawn in this element, in CSS pixels: {left, right, top, bottom}. */
  get field() {
    const [inner, outer] = [this.#chart.over, this].map((one) => one.getBoundingClientRect());
    return {
      left: inner.left - outer.left,
      right: inner.right - outer.left,
      top: inner.top - outer.top,
      bottom: inner.bottom - outer.top,
    };
  }

  /** The lines across, [{y, text}]: what they mean is written by chart-ends, beside its numbers. */
  get levels() {
    return this.#shown?.levels ?? [];
  }

  #build() {
    this.append(this.#place, this.#empty, this.#tip);
    connectTouch(this.#place, {
      shown: () => ({ zoom: this.#shown.zoom, end: this.#shown.end }),
      box: () => this.#chart.over.getBoundingClientRect(),
      zoom: (part) => emit(this, "zoom", part),
      point: (left) => (left === null ? this.#leave() : this.#point(left)),
    });
  }

  #size() {
    return { width: this.#place.clientWidth || 320, height: this.#place.clientHeight || 220 };
  }

  #options() {
    const { lines, isLog, top, room = 10 } = this.#shown;
    const size = letterSize();
    const font = `${size}px ${FONT}`;
    const axis = { stroke: resolve("--soft-ink"), font, ticks: { show: false } };
    const grid = { stroke: resolve("--line"), width: 1 };
    const written = top ? percent : (tick) => short(tick, 3);
    return {
      ...this.#size(),
      legend: { show: false },
      padding: [10, room, 0, 0],
      cursor: this.#cursor(),
      select: { show: true },
      scales: {
        x: { time: false, range: () => this.#shown.zoom ?? [0, this.#shown.end] },
        y: isLog ? { distr: 3 } : { range: (_chart, low, high) => this.#range(low, high, top) },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: size + 11,
          space: 46,
          label: _("epoch"),
          labelFont: font,
          labelSize: size + 5,
          labelGap: 0,
          incrs: STEPS,
          values: (_chart, ticks) => ticks.map((tick) => (tick === null ? "" : number(tick, 3))),
        },
        {
          ...axis,
          grid,
          size: (_chart, texts) =>
            Math.max(46, 14 + LETTER * size * Math.max(0, ...(texts ?? []).map((text) => text.length))),
          gap: 6,
          space: 34,
          ...(top && { incrs: SHARES, space: 48 }),
          values: (_chart, ticks) => ticks.map((tick) => (tick === null ? "" : written(tick))),
        },
      ],
      series: [
        {},
        ...lines.map(({ kind, token }) => ({
          ...LOOKS[kind],
          stroke: resolve(token),
          spanGaps: true,
          points: { show: pointsOf(kind) },
        })),
      ],
      hooks: {
        drawAxes: [(chart) => paintShades(chart, this.#shown)],
        draw: [(chart) => paintMarks(chart, this.#shown), () => emit(this, "drawn")],
        setCursor: [(chart) => showTip(this.#tip, chart, this.#shown)],
        setSelect: [(chart) => this.#select(chart)],
      },
    };
  }

  #cursor() {
    return {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 6 },
      points: { size: 7, width: 0, fill: (chart, index) => chart.series[index].stroke(chart, index) },
      dataIdx: (chart, series, index) => (series === 0 ? index : nearest(chart.data[series], index)),
      bind: {
        dblclick: () => () => emit(this, "zoom", null),
        mouseleave: (_chart, _over, leave) => (event) => this.#isMouse && leave(event),
      },
    };
  }

  /** A share is drawn from 0 to 1 unless a part is zoomed into; a loss from 0 up. */
  #range(low, high, top) {
    if (top && !this.#shown.zoom) return [0, top * ABOVE];
    if (low === null) return [0, top ?? (this.#shown.high * 1.06 || 1)];
    if (!this.#shown.zoom) return [0, Math.max(high, this.#shown.high ?? 0) * 1.06 || 1];
    const margin = (high - low || Math.abs(high) || 1) * 0.08;
    return [Math.max(0, low - margin), high + margin];
  }

  #select(chart) {
    const { left, width } = chart.select;
    if (width < 6) return;
    const zoom = [chart.posToVal(left, "x"), chart.posToVal(left + width, "x")];
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    emit(this, "zoom", zoom);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowLeft: -1, ArrowRight: 1 };
    if (event.key in moves && event.shiftKey) this.#move(moves[event.key]);
    else if (event.key in moves) this.#walk(moves[event.key]);
    else if (event.key === "+" || event.key === "=") this.#zoomBy(1 / ZOOM);
    else if (event.key === "-") this.#zoomBy(ZOOM);
    else if (event.key === "Escape" || event.key === "0") emit(this, "zoom", null);
    else return;
    event.preventDefault();
  }

  /** The cursor moves along the curves; at the edge of what is shown, that moves along. */
  #walk(direction) {
    const { width } = this.#chart.over.getBoundingClientRect();
    const from = this.#chart.cursor.left ?? -1;
    if (from < 0) return this.#point(width / 2);
    const next = from + direction * STEP * width;
    if (!this.#shown.zoom || (next >= 0 && next < width)) return this.#point(next);
    const value = this.#chart.posToVal(next, "x");
    this.#move(direction);
    const [first, last] = this.#shown.zoom;
    return this.#point(((value - first) / (last - first)) * width);
  }

  #point(left) {
    const { width } = this.#chart.over.getBoundingClientRect();
    this.#chart.setCursor({ left: Math.max(0, Math.min(width - 1, left)), top: 24 });
  }

  #move(direction) {
    const { zoom, end } = this.#shown;
    if (zoom) emit(this, "zoom", moved(zoom, direction * LEAP, end));
  }

  #zoomBy(factor) {
    const { zoom, end } = this.#shown;
    const [from, to] = zoom ?? [0, end];
    const left = this.#chart.cursor.left ?? -1;
    const middle = left < 0 ? (from + to) / 2 : this.#chart.posToVal(left, "x");
    emit(this, "zoom", stretched(zoom, factor, middle, end));
  }

  #leave() {
    this.#chart?.setCursor({ left: -10, top: -10 });
  }
}

/** Letters in the chart, in CSS pixels: what is read from the last row is larger. */
function letterSize() {
  return "class" in document.documentElement.dataset ? 17 : 14;
}

/** Points are drawn where a line would hardly be seen: of few steps, of one epoch. */
function pointsOf(kind) {
  const few = kind === "live" || kind === "first" ? FEW : 1;
  return (chart, series) =>
    chart.data[0].length <= 10 * FEW && chart.data[series].reduce((count, value) => count + (value !== null), 0) <= few;
}

/** The place nearest to `index` where the column has a value, or null. */
function nearest(column, index) {
  if (index === null || index === undefined) return null;
  for (let away = 0; away < column.length; away += 1) {
    if (column[index - away] !== null && column[index - away] !== undefined) return index - away;
    if (column[index + away] !== null && column[index + away] !== undefined) return index + away;
  }
  return null;
}

customElements.define("run-chart", RunChart);
