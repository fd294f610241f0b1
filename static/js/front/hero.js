// The hero: a photo, the nine numbers under its window, and the result that a kernel paints from them.

import { linkTo } from "../shared/address.js";
import { say } from "../shared/dom.js";
import { applyStep, explain } from "../shared/engine.js";
import { number } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { largest, shade, tint } from "../shared/sign.js";
import { complete } from "../shared/steps.js";
import { draw } from "./drawing.js";
import { middle, SIDE } from "./photo.js";
import { Scene } from "./scene.js";
import { strongPlaces } from "./walk.js";

const BORDER = "replicate"; // zeros beyond the photo would paint edges that it has not
const COUNT_S = 0.12; // in which the sum comes about two thirds nearer
const GLANCE_S = 0.12; // between two readings of the numbers while the window is fast
const $ = (selector) => document.querySelector(selector);

export class Hero {
  #photo = null;
  #kernel = null;
  #part = null; // {picture, left, top}: what of the photo is shown
  #result = null;
  #image = null; // the whole result as it is drawn
  #painted = -1;
  #position = 0;
  #total = 0;
  #sinceGlance = 0;
  #pixels = [...$("#hero-pixels").children];
  #weights = [...$("#hero-weights").children];
  #scene = new Scene($("#beams"), {
    photo: $("#hero-photo"),
    numbers: $("#hero-pixels"),
    total: $(".hero-total"),
    kernel: $("#hero-weights"),
    result: $(".hero-result"),
  });

  /** Another photo, with the kernel that walks over it. */
  put(photo, kernel) {
    this.#photo = photo;
    this.lay(kernel);
  }

  /** Cuts the photo to its place on the page, which may have changed. */
  lay(kernel = this.#kernel) {
    const slot = $("#hero-photo");
    this.#part = middle(this.#photo.gray, SIDE, Math.round((SIDE * slot.clientHeight) / slot.clientWidth));
    this.#scene.measure();
    paintColored($("#hero-photo canvas"), this.#photo, this.#part);
    this.choose(kernel);
  }

  /** The letters have come: what they move is measured again. */
  measure() {
    this.#scene.measure();
  }

  /** Where the present kernel answers most. */
  get strongest() {
    const size = (index) => Math.abs(this.#result.data[index]);
    return this.places.reduce((best, place) => (size(place) > size(best) ? place : best), this.places[0] ?? 0);
  }

  get places() {
    return strongPlaces(this.#result);
  }

  get count() {
    return this.#result.data.length;
  }

  /** Another kernel: the result is still to be painted. */
  choose(kernel) {
    this.#kernel = kernel;
    const { picture } = this.#part;
    this.#result = applyStep(picture, this.#step);
    this.#image = new ImageData(draw(this.#result, this.#step), picture.width, picture.height);
    Object.assign($("#hero-result"), { width: picture.width, height: picture.height });
    [this.#painted, this.#position] = [-1, -1];
    const limit = largest(kernel.matrix);
    kernel.matrix.flat().forEach((weight, cell) => {
      this.#weights[cell].textContent = number(weight);
      tint(this.#weights[cell], weight, limit);
    });
    this.#tell();
  }

  /** Colors of another theme. */
  repaint() {
    const { width, height } = this.#result;
    this.#image = new ImageData(draw(this.#result, this.#step), width, height);
    const painted = this.#painted;
    this.#painted = -1;
    this.#paintTo(painted);
  }

  /** The window on its way, `elapsed` seconds after it was shown last: what lies behind it is painted. */
  show({ index, isSlow }, elapsed) {
    if (index < this.#painted) this.#clear();
    this.#paintTo(index);
    this.#sinceGlance += elapsed;
    const isNew = index !== this.#position && (isSlow || this.#sinceGlance > GLANCE_S);
    this.#position = index;
    if (isNew) this.#read();
    this.#count(isSlow ? 1 - Math.exp(-elapsed / COUNT_S) : isNew);
    this.#showWindow(isSlow, false);
  }

  /** The whole result, and the window held at a position. */
  hold(position = this.strongest) {
    this.#paintTo(this.count - 1);
    this.#position = position;
    this.#read();
    this.#count(1);
    this.#showWindow(true, true);
  }

  /** The position under a point of the screen. */
  positionAt({ clientX, clientY }) {
    const { left, top, width, height } = $("#hero-photo").getBoundingClientRect();
    const { picture } = this.#part;
    const pixel = (share, length) => Math.max(0, Math.min(length - 1, Math.floor(share * length)));
    const x = pixel((clientX - left) / width, picture.width);
    return pixel((clientY - top) / height, picture.height) * picture.width + x;
  }

  get #step() {
    const { matrix, divisor } = this.#kernel;
    return complete({ matrix, divisor, border: BORDER });
  }

  #at(position) {
    const { width } = this.#result;
    return { x: position % width, y: Math.floor(position / width) };
  }

  #clear() {
    const { width, height } = this.#result;
    $("#hero-result").getContext("2d").clearRect(0, 0, width, height);
    this.#painted = -1;
  }

  /** Row by row, as far as `index`. */
  #paintTo(index) {
    const context = $("#hero-result").getContext("2d");
    const { width } = this.#result;
    while (this.#painted < index) {
      const { x, y } = this.#at(this.#painted + 1);
      const end = Math.min(index, (y + 1) * width - 1);
      context.putImageData(this.#image, 0, 0, x, y, end - this.#painted, 1);
      this.#painted = end;
    }
  }

  /** The nine numbers under the window. */
  #read() {
    this.#sinceGlance = 0;
    const { x, y } = this.#at(this.#position);
    const { patch } = explain(this.#part.picture, this.#step, x, y, 0);
    patch.flat().forEach((level, cell) => {
      this.#pixels[cell].textContent = number(level, 0);
      shade(this.#pixels[cell], level);
    });
  }

  /** The sum comes nearer to its value by a share of the way. */
  #count(share) {
    const value = this.#result.data[this.#position];
    this.#total += (value - this.#total) * share;
    const shown = Math.abs(value - this.#total) < 1 ? value : this.#total;
    $("#hero-total").textContent = number(shown, 0);
    $("#hero-total").classList.toggle("is-negative", shown < 0);
  }

  #showWindow(isSlow, isWhole) {
    const { width, height, data } = this.#result;
    const { x, y } = this.#at(this.#position);
    this.#scene.show({ x, y, width, height, sign: data[this.#position], isSlow, isWhole });
    $("#hero-photo").href = this.#link(x, y);
  }

  /** The room "Convolve" with this photo, this kernel, at this pixel. */
  #link(x, y) {
    const { source, size } = this.#photo;
    const { left, top } = this.#part;
    const place = { color: "gray", kernel: this.#kernel.name, border: BORDER, x: left + x, y: top + y };
    return linkTo("convolution", { sample: source.sample ?? "own", size, ...place });
  }

  /** For whoever does not see it: said once a kernel, not while the window moves. */
  #tell() {
    const { x, y } = this.#at(this.strongest);
    const place = { kernel: this.#kernel.title, x, y, sum: number(this.#result.data[this.strongest], 0) };
    const text = _(
      "A window walks over the photo; its nine pixels, multiplied by the kernel “%(kernel)s”, add up to a pixel of the result. It is strongest at column %(x)s, row %(y)s: %(sum)s.",
      place,
    );
    say($("#hero-told"), text);
  }
}

/** The photo's part in color: a pixel for each level of the hero's picture. */
function paintColored(canvas, { gray, fine }, { picture, left, top }) {
  const whole = Object.assign(document.createElement("canvas"), { width: fine.width, height: fine.height });
  whole.getContext("2d").putImageData(fine, 0, 0);
  const unit = fine.width / gray.width;
  Object.assign(canvas, { width: picture.width, height: picture.height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  const from = [left, top, picture.width, picture.height].map((length) => length * unit);
  context.drawImage(whole, ...from, 0, 0, picture.width, picture.height);
}
