// Shows the page's state: pictures, kernels, the window's numbers and what they say. Changes nothing.

import "./kernel-grid.js";
import "../shared/kernel-swatch.js";
import "./level-histogram.js";
import "../shared/picture-view.js";
import "../shared/range-scale.js";
import "./stage/kernel-rail.js";
import "./stage/stage-beams.js";
import "./stage/window-products.js";
import { findName } from "./address.js";
import { drawing, shrink } from "./bench.js";
import { automaticMode, histogram, level, measure, toRgba } from "../shared/display.js";
import { give, h, say } from "../shared/dom.js";
import { applyStep, explain } from "../shared/engine.js";
import { isRounded, number, size } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { sumLine } from "../shared/pixel-arithmetic.js";
import { cells } from "../shared/steps.js";
import * as notes from "./notes.js";
import { tellingNeighbor } from "./stage/strongest.js";
import { why } from "./stage/why.js";

const THUMBNAIL = 96;
const $ = (selector) => document.querySelector(selector);

export class Screen {
  #page;
  #drawn = null;
  #shownInput = null;
  #small = null;
  #top = 255;
  #told = "";
  #seen = (value) => value;

  constructor(page) {
    this.#page = page;
  }

  /** The picture is new: the kernels are tried on it. */
  newPicture() {
    this.#small = shrink(this.#page.bench.picture, THUMBNAIL);
    $("#presets").draw((kernel) => this.#thumbnail(kernel));
    this.#shownInput = null;
  }

  /** Contrast that is boosted in the picture is so in its thumbnails. */
  #thumbnail({ matrix, divisor, offset = 0 }) {
    const step = { type: "convolution", matrix, divisor, offset, border: "replicate" };
    const picture = applyStep(this.#small, step);
    const isSigned = automaticMode([step]) === "signed";
    const mode = isSigned ? "signed" : this.#page.state.view === "stretch" ? "rescale" : "clip";
    return { picture, rgba: toRgba(picture, mode, mode === "rescale" ? measure(this.#small) : undefined), isSigned };
  }

  show() {
    const { state, input, result, step, kernels } = this.#page;
    this.#showInput(input);
    $("#result").hidden = !result;
    this.#drawn = result && drawing(result, state.steps, state.at, state.display, this.#drawn?.rgba);
    if (result) this.#showResult(result);
    else
      $("#result-note").textContent = _(
        "The window is larger than the picture: choose a smaller kernel, another border, or more pixels.",
      );
    if (step.type === "convolution") $("#presets").choose(findName(step, kernels), (kernel) => this.#thumbnail(kernel));
  }

  /** The kernel as a small picture, and what it makes of one. */
  #showKernel({ step, kernels }) {
    if (step.type !== "convolution") return;
    $("#presets").repaint(() => this.#thumbnail(step));
    $("#thumb-swatch").show(step.matrix);
    const name = findName(step, kernels);
    const known = kernels.find((kernel) => kernel.name === name);
    say($("#thumb-name"), known?.title ?? _("your own"));
  }

  #showInput(input) {
    const { state, origin } = this.#page;
    const key = [input, state.view, state.at];
    if (!input || this.#shownInput?.every((part, index) => part === key[index])) return;
    this.#shownInput = key;
    const range = measure(input);
    this.#top = range.maximum;
    const mode = state.at === 0 && state.view === "stretch" ? "rescale" : automaticMode(state.steps.slice(0, state.at));
    this.#seen = mode === "rescale" ? (value) => level(value, mode, range) : (value) => value;
    $("#input").show(input, toRgba(input, mode, range));
    $("#input").classList.toggle("is-signed", mode === "signed");
    $("#input-title").textContent =
      state.at === 0 ? _("Picture") : _("Result of step %(number)s", { number: state.at });
    $("#input-fact").textContent = `${size(input.width, input.height)} · ${input.channels === 3 ? "RGB" : _("gray")}`;
    const origins = state.at === 0 ? notes.originNotes(input, origin, range) : [];
    const said = [...origins, ...(mode === "rescale" ? [notes.stretchNote(range)] : [])];
    $("#input-note").textContent = said.join(" ");
    $("#input-note").hidden = said.length === 0;
  }

  #showResult(result) {
    const { range, mode, ends, rgba } = this.#drawn;
    $("#result").show(result, rgba);
    for (const place of ["#result", "#drawn-swatch"]) $(place).classList.toggle("is-signed", mode === "signed");
    say($("#result-fact"), size(result.width, result.height));
    $("#scale").show(mode, ends);
    say($("#display-name"), notes.modeName(mode));
    const values = { minimum: number(range.minimum), maximum: number(range.maximum) };
    say($("#result-note"), notes.rangeNote(values, mode, notes.shareCut(result, mode, range)));
    for (const radio of document.querySelectorAll("[name=display]")) radio.checked = radio.value === mode;
  }

  /** Where the window is: on both pictures, and in numbers. */
  showWindow({ isPassing = false } = {}) {
    const { state, input, result, step } = this.#page;
    if (!result) return;
    const [x, y] = [Math.min(state.x, result.width - 1), Math.min(state.y, result.height - 1)];
    const channel = Math.min(state.channel, input.channels - 1);
    const explanation = explain(input, step, x, y, channel);
    $("#input").mark(cells(step, x, y));
    $("#result").mark({ rows: [y], columns: [x] });
    $("#products").show(explanation, this.#seen);
    $(".kernel-part").classList.toggle("is-large", Boolean(explanation.kernel) && $("#products").dataset.side > 3);
    this.#showSum(explanation);
    this.#showDrawn(explanation.value, y * result.width + x);
    this.#showPlace(x, y, channel, explanation);
    this.#offer(isPassing ? null : tellingNeighbor(result, x, y, Math.min(state.channel, result.channels - 1)));
    $("#player").index = y * result.width + x;
    this.point(x, y, explanation.value);
  }

  /** The lines from the window to its numbers, and from their sum to its pixel. */
  point(x, y, value) {
    $("#beams").show({
      window: $("#input").placeOf(cells(this.#page.step, x, y)),
      numbers: $("#products").getBoundingClientRect(),
      sum: $("#pixel-value").getBoundingClientRect(),
      pixel: $("#result").placeOf({ rows: [y], columns: [x] }),
      sign: value,
    });
  }

  #showSum({ step, kernel, patch, sum, value }) {
    const { divisor = 1, offset = 0 } = step;
    const sign = { relu: "max(x, 0)", max_pool: "max", average_pool: "Σ / n" }[step.type] ?? "Σ";
    const parts = [divisor === 1 ? "" : ` ÷ ${number(divisor)}`, offset === 0 ? "" : ` + ${number(offset)}`];
    say($("#sum-sign"), `${sign}${parts.join("")} ${isRounded(value) ? "≈" : "="}`);
    const text = number(value);
    say($("#pixel-value"), text);
    give($("#pixel-value"), { class: value < 0 ? "is-negative" : value > 0 ? "is-positive" : "" });
    $("#pixel-value").parentElement.classList.toggle(
      "is-long",
      text.length > 6 || text.length + $("#sum-sign").textContent.length > 10,
    );
    say($("#sum-line"), sumLine(step, kernel, patch, sum, value, 2));
    $("#sum-line").hidden = !kernel || patch[0].length <= 3 || kernel.flat().filter(Boolean).length > 9;
  }

  #showPlace(x, y, channel, explanation) {
    const { input } = this.#page;
    const place = { row: y, column: x, channel: notes.channelName(input, channel) };
    say($("#position"), _("row %(row)s, column %(column)s, %(channel)s", place));
    const [lead, end] = this.#page.exampleSaid() ?? why(explanation, this.#top);
    if ($("#why").textContent !== `${lead} ${end}`) $("#why").replaceChildren(lead, " ", h("strong", {}, end));
    say($("#border-line"), notes.borderNote(explanation));
    $("#border-line").hidden = $("#border-line").textContent === "";
    this.#told = `${$("#position").textContent}: ${number(explanation.value)}. ${$("#why").textContent}`;
  }

  /** The way to another number that lies a pixel away. */
  #offer(next) {
    const button = $("#next-place");
    button.hidden = !next;
    if (!next) return;
    const arrow = next.down > 0 ? "↓" : next.down < 0 ? "↑" : next.across > 0 ? "→" : "←";
    say(button, _("1 pixel %(arrow)s %(value)s", { arrow, value: number(next.value, 0) }));
    give(button, { "data-x": next.x, "data-y": next.y });
  }

  /** What the pixel is drawn as, in its color. */
  #showDrawn(value, index) {
    const { mode, range, rgba } = this.#drawn;
    const isSigned = mode === "signed";
    const gray = level(value, mode, range);
    const color = isSigned ? rgba.slice(index * 4, index * 4 + 3).join(" ") : `${gray} ${gray} ${gray}`;
    $("#drawn-swatch").style.backgroundColor = `rgb(${color})`;
    say($("#drawn-as"), isSigned ? this.#signed(value, index) : notes.levelText(value, mode, range, gray));
  }

  /** Signed colors stand for the mean of the channels, which may have another sign than the one that is explained. */
  #signed(value, index) {
    const { width, height, channels, data } = this.#page.result;
    if (channels === 1) return notes.signWord(value);
    const mean = (data[index] + data[index + width * height] + data[index + 2 * width * height]) / 3;
    const told = _("mean of the channels: %(mean)s", { mean: number(mean, 1) });
    return `${notes.signWord(mean)} (${told})`;
  }

  /** What may come a moment after an edit. */
  settle() {
    const { input, result } = this.#page;
    this.#showKernel(this.#page);
    if (!input || !result) return;
    say($("#window-told"), this.#told);
    const { range, mode } = this.#drawn;
    $("#levels-fact").textContent = _("%(low)s to %(high)s · mean %(mean)s", rangeOf(range));
    if (!$("#levels").open) return;
    this.#histogram("input-levels", input, measure(input), false);
    this.#histogram("result-levels", result, range, mode === "signed");
  }

  #histogram(id, picture, range, isSigned) {
    const ends = [Math.min(0, range.minimum), Math.max(255, range.maximum)];
    $(`#${id}`).show(histogram(picture, ...ends), ...ends, isSigned);
    $(`#${id}-fact`).textContent = _("%(low)s to %(high)s · mean %(mean)s", rangeOf(range));
  }
}

function rangeOf({ minimum, maximum, mean }) {
  return { low: number(minimum), high: number(maximum), mean: number(mean) };
}
