// What charts of runs have painted on beside their curves: the shaded gap, lines to compare with, marks at moments.

import { color } from "../../shared/theme.js";

const MARK_FONT = '14px "Inter", sans-serif';

const known = new Map();

/** A function that gives the present color of a token; asked of the page once a theme. */
export function resolve(token) {
  return () => {
    if (!known.has(token)) known.set(token, color(token)());
    return known.get(token);
  };
}

/** The theme has changed. */
export function forgetColors() {
  known.clear();
}

/** `shades` [{token, xs, low, high}]: fills between two curves; `levels` [{y}]: lines across, to compare with. */
export function paintShades(chart, { shades, levels = [] }) {
  inside(chart, (context) => {
    for (const level of levels) across(chart, context, level);
    for (const shade of shades) {
      if (shade.xs.length > 1) fill(chart, context, shade);
    }
  });
}

/** `marks` [{x, text, token}]: upright lines at moments, above the curves. */
export function paintMarks(chart, { marks }) {
  inside(chart, (context) => {
    for (const mark of marks) line(chart, context, mark);
  });
}

function inside(chart, paint) {
  const { ctx: context, bbox } = chart;
  context.save();
  context.beginPath();
  context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  context.clip();
  paint(context);
  context.restore();
}

function fill(chart, context, { token, xs, low, high }) {
  const at = (x, y) => [chart.valToPos(x, "x", true), chart.valToPos(y, "y", true)];
  context.beginPath();
  xs.forEach((x, index) => context.lineTo(...at(x, high[index])));
  for (let index = xs.length - 1; index >= 0; index -= 1) context.lineTo(...at(xs[index], low[index]));
  context.closePath();
  context.fillStyle = fading(chart, context, resolve(token)(), xs);
  context.fill();
}

/** A color that grows from the gap's beginning to its end. */
function fading(chart, context, color, xs) {
  const [from, to] = [xs[0], xs.at(-1)].map((x) => chart.valToPos(x, "x", true));
  const gradient = context.createLinearGradient(from, 0, Math.max(to, from + 1), 0);
  gradient.addColorStop(0, `color-mix(in srgb, ${color} 4%, transparent)`);
  gradient.addColorStop(1, `color-mix(in srgb, ${color} 26%, transparent)`);
  return gradient;
}

function across(chart, context, { y }) {
  const ratio = devicePixelRatio;
  const top = Math.round(chart.valToPos(y, "y", true)) + 0.5;
  const { left, width } = chart.bbox;
  Object.assign(context, {
    strokeStyle: resolve("--line-strong")(),
    lineWidth: ratio,
  });
  stroke(context, [left, top, left + width, top], [1.5 * ratio, 4 * ratio]);
}

function stroke(context, [x, y, toX, toY], dash) {
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
  context.setLineDash([]);
}

function line(chart, context, { x, text, token }) {
  const ratio = devicePixelRatio;
  const left = Math.round(chart.valToPos(x, "x", true)) + 0.5;
  const { top, height } = chart.bbox;
  Object.assign(context, { strokeStyle: resolve(token)(), fillStyle: resolve(token)(), lineWidth: ratio });
  stroke(context, [left, top, left, top + height], [2 * ratio, 3 * ratio]);
  if (!text) return;
  context.font = scaled(MARK_FONT, ratio);
  Object.assign(context, { textAlign: "left", textBaseline: "top" });
  context.fillText(text, left + 4 * ratio, top + 2 * ratio);
}

function scaled(font, ratio) {
  return font.replace(/([\d.]+)px/, (_text, size) => `${Number(size) * ratio}px`);
}
