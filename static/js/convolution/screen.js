// Shows the page's state: pictures, kernel, facts, the window's arithmetic, histograms. Changes nothing.

import "./kernel-grid.js";
import "./level-histogram.js";
import "../shared/picture-view.js";
import "../shared/pixel-arithmetic.js";
import "./preset-strip.js";
import "../shared/range-scale.js";
import "./window-loupe.js";
import { findName } from "./address.js";
import { drawing, shrink } from "./bench.js";
import { automaticMode, histogram, level, measure, toRgba } from "../shared/display.js";
import { applyStep, explain } from "../shared/engine.js";
import { number, percent, size } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { cells, margins, reach } from "../shared/steps.js";

const THUMBNAIL = 96;
const DARK_BITS = 12; // of 16; the lightest level is then 16 of 255
const $ = (selector) => document.querySelector(selector);

export class Screen {
  #page;
  #drawn = null;
  #shownInput = null;

  constructor(page) {
    this.#page = page;
  }

  /** The picture is new: the presets are tried on it. */
  newPicture() {
    const { bench } = this.#page;
    const small = shrink(bench.picture, THUMBNAIL);
    $("#presets").draw((kernel) => {
      const step = {
        type: "convolution",
        matrix: kernel.matrix,
        divisor: kernel.divisor,
        offset: 0,
        border: "replicate",
      };
      const picture = applyStep(small, step);
      return { picture, rgba: toRgba(picture, automaticMode([step])) };
    });
    this.#shownInput = null;
  }

  show() {
    const { state, input, result, step } = this.#page;
    this.#showInput(input);
    $("#result").hidden = !result;
    this.#drawn = result && drawing(result, state.steps, state.at, state.display, this.#drawn?.rgba);
    if (result) this.#showResult(result);
    else
      $("#result-note").textContent = _(
        "The window is larger than the picture: choose a smaller kernel, another border, or more pixels.",
      );
    $("#presets").chosen = step.type === "convolution" ? findName(step, this.#page.kernels) : null;
    this.showWindow();
  }

  #showInput(input) {
    const { state, origin } = this.#page;
    const key = [input, state.view, state.at];
    if (!input || this.#shownInput?.every((part, index) => part === key[index])) return;
    this.#shownInput = key;
    const range = measure(input);
    const mode = state.at === 0 && state.view === "stretch" ? "rescale" : automaticMode(state.steps.slice(0, state.at));
    $("#input").show(input, toRgba(input, mode, range));
    $("#input-title").textContent =
      state.at === 0 ? _("Your picture") : _("Result of step %(number)s", { number: state.at });
    $("#input-fact").textContent = `${size(input.width, input.height)} · ${input.channels === 3 ? "RGB" : _("gray")}`;
    const origins = state.at === 0 ? originNotes(input, origin, range) : [];
    const notes = [...origins, ...(mode === "rescale" ? [stretchNote(range)] : [])];
    $("#input-note").textContent = notes.join(" ");
    $("#input-note").hidden = notes.length === 0;
  }

  #showResult(result) {
    const { range, mode, ends, rgba } = this.#drawn;
    $("#result").show(result, rgba);
    $("#result-fact").textContent =
      `${size(result.width, result.height)} · ${number(this.#page.bench.milliseconds, 1)} ms`;
    $("#scale").show(mode, ends);
    const values = { minimum: number(range.minimum), maximum: number(range.maximum) };
    $("#result-note").textContent = rangeNote(values, mode, shareCut(result, mode, range));
    for (const radio of document.querySelectorAll("[name=display]")) radio.checked = radio.value === mode;
  }

  /** The window, its enlarged neighborhood and its arithmetic. */
  showWindow() {
    const { state, input, result, step } = this.#page;
    if (!result) return;
    const x = Math.min(state.x ?? Math.floor(result.width / 2), result.width - 1);
    const y = Math.min(state.y ?? Math.floor(result.height / 2), result.height - 1);
    const channel = Math.min(state.channel, input.channels - 1);
    const explanation = explain(input, step, x, y, channel);
    const window = cells(step, x, y);
    $("#input").mark(window);
    $("#result").mark({ rows: [y], columns: [x] });
    $("#loupe").show(input, explanation.step, x, y, channel);
    $("#arithmetic").show(explanation, this.#drawnAs(explanation.value, y * result.width + x));
    const place = { row: y, column: x, channel: channelName(input, channel) };
    $("#position").textContent = _("row %(row)s, column %(column)s, %(channel)s", place);
    $("#announcement").textContent = `${$("#position").textContent}: ${number(explanation.value)}`;
    $("#player").index = y * result.width + x;
  }

  #drawnAs(value, index) {
    const { mode, range, rgba } = this.#drawn;
    if (mode === "signed")
      return { color: `rgb(${rgba.slice(index * 4, index * 4 + 3).join(" ")})`, text: this.#signed(value, index) };
    const gray = level(value, mode, range);
    return { color: `rgb(${gray} ${gray} ${gray})`, text: levelText(value, mode, range, gray) };
  }

  /** Signed colors stand for the mean of the channels, which may have another sign than the one that is explained. */
  #signed(value, index) {
    const { width, height, channels, data } = this.#page.result;
    if (channels === 1) return signWord(value);
    const mean = (data[index] + data[index + width * height] + data[index + 2 * width * height]) / 3;
    const told = _("mean of the channels: %(mean)s", { mean: number(mean, 1) });
    return `${signWord(mean)} (${told})`;
  }

  /** What may come a moment after an edit. */
  settle() {
    const { input, result } = this.#page;
    if (!input || !result) return;
    const { range } = this.#drawn;
    this.#histogram("input-levels", input, Math.min(0, measure(input).minimum), Math.max(255, measure(input).maximum));
    this.#histogram("result-levels", result, Math.min(0, range.minimum), Math.max(255, range.maximum));
  }

  #histogram(id, picture, minimum, maximum) {
    const { mean, minimum: low, maximum: high } = measure(picture);
    $(`#${id}`).show(histogram(picture, minimum, maximum), minimum, maximum);
    $(`#${id}-fact`).textContent = _("%(low)s to %(high)s · mean %(mean)s", {
      low: number(low),
      high: number(high),
      mean: number(mean),
    });
  }
}

/** What the file held that its pixels here do not show by themselves. */
function originNotes({ width, height }, origin, { maximum }) {
  const sizes = { original: size(origin.width, origin.height), here: size(width, height) };
  const bits = Math.ceil(Math.log2(Math.round(maximum * 257) + 1));
  return [
    Number(origin.width) > width && _("Reduced here from %(original)s to %(here)s.", sizes),
    origin.levels && origin.levels !== "8-bit" && _("Levels: %(levels)s.", { levels: origin.levels }),
    origin.levels === "16-bit" &&
      bits > 0 &&
      bits <= DARK_BITS &&
      _("It looks black, as it uses only %(bits)s of its 16 bits: “stretch the view” shows it.", { bits }),
    profileNote(origin.profile),
  ].filter(Boolean);
}

function profileNote(profile) {
  if (!profile) return "";
  return profile === "other"
    ? _(
        "The file has a color profile of its own; its numbers are taken as they are, so that colors look a little different here.",
      )
    : _(
        "The file's colors are %(profile)s; its numbers are taken as they are, so that colors look a little paler here.",
        { profile },
      );
}

function stretchNote({ minimum, maximum }) {
  return _("Seen stretched: level %(minimum)s is drawn black and %(maximum)s white.", {
    minimum: number(minimum),
    maximum: number(maximum),
  });
}

/** The share of values that the display mode cuts off; `absolute` only those that are larger than 255 in size. */
function shareCut({ data }, mode, { clippedFraction }) {
  if (mode === "clip") return clippedFraction;
  return mode === "absolute"
    ? data.reduce((count, value) => count + (Math.abs(value) > 255 ? 1 : 0), 0) / data.length
    : 0;
}

function rangeNote(ends, mode, cut) {
  if (cut === 0) return _("Values from %(minimum)s to %(maximum)s.", ends);
  const places = { ...ends, share: percent(cut) };
  return mode === "absolute"
    ? _(
        "Values from %(minimum)s to %(maximum)s; %(share)s of them are larger than 255 in size and are clipped.",
        places,
      )
    : _("Values from %(minimum)s to %(maximum)s; %(share)s of them lie outside 0 to 255 and are clipped.", places);
}

/** What the display mode makes of a value, with its numbers: "|−20| → 20", "(39 + 232) ÷ (624 + 232) · 255 ≈ 81". */
function levelText(value, mode, { minimum, maximum }, gray) {
  if (mode === "rescale" && maximum > minimum) {
    const above = (point) => `(${number(point)} ${minimum < 0 ? "+" : "−"} ${number(Math.abs(minimum))})`;
    return `${above(value)} ÷ ${above(maximum)} · 255 ≈ ${gray}`;
  }
  const shown = mode === "absolute" ? Math.abs(value) : value;
  const told = shown < 0 || shown > 255 ? _("%(level)s, clipped", { level: gray }) : String(gray);
  return mode === "absolute" ? `|${number(value)}| → ${told}` : told;
}

function signWord(value) {
  if (value === 0) return _("zero");
  return value < 0 ? _("negative") : _("positive");
}

function channelName(input, channel) {
  return input.channels === 1 ? _("gray") : [_("red"), _("green"), _("blue")][channel];
}

/** "(256 + 1 + 1 − 3) / 2 + 1 = 128": how wide the result is, with its numbers. */
export function sizeFormula(step, input, result) {
  if (!result || step.type === "relu") return "";
  const span = reach(step)[1];
  const gained = margins(step)[1][0] + margins(step)[1][1];
  const inner = `${input.width}${gained ? ` + ${gained}` : ""} − ${span}`;
  const isExact = (input.width + gained - span) % step.stride === 0;
  const share = `(${inner}) / ${step.stride}`;
  return `${step.stride === 1 ? inner : isExact ? share : `⌊${share}⌋`} + 1 = ${result.width}`;
}
