// The first door: one photo in four slices, each through a kernel. It plays how the plain photo gets them in turn.

import { h } from "../shared/dom.js";
import { applyStep } from "../shared/engine.js";
import "../shared/kernel-swatch.js";
import { colorsOf, grayOf } from "../shared/pixels.js";
import { complete } from "../shared/steps.js";
import { draw, isPhoto } from "./drawing.js";

const TALLER = 106 / 98; // a slice, than it is wide

export class KernelDoor {
  seconds = 4;
  #kernels;
  #canvases;
  #slices = []; // {plain, filtered}: ImageData, one over the other

  constructor(root, kernels) {
    this.#kernels = kernels;
    this.#canvases = kernels.map(() => h("canvas"));
    const slice = ({ matrix }, index) =>
      h("span", { class: "slice" }, this.#canvases[index], document.createElement("kernel-swatch").show(matrix));
    root.querySelector(".slices").replaceChildren(...kernels.map(slice));
  }

  get isReady() {
    return this.#slices.length > 0;
  }

  put({ fine }) {
    const width = Math.floor(fine.width / this.#kernels.length);
    const height = Math.min(fine.height, Math.round(width * TALLER));
    const [gray, colors] = [grayOf(fine), colorsOf(fine)];
    const cut = (image, index) => {
      const place = [index * width, (fine.height - height) >> 1];
      const context = contextOf(image.width, image.height);
      context.putImageData(image, 0, 0);
      return context.getImageData(...place, width, height);
    };
    this.#slices = this.#kernels.map(({ matrix, divisor }, index) => {
      const step = complete({ matrix, divisor, border: "replicate" });
      const result = applyStep(isPhoto(step) ? colors : gray, step);
      const filtered = new ImageData(draw(result, step), fine.width, fine.height);
      return { plain: cut(fine, index), filtered: cut(filtered, index) };
    });
    for (const canvas of this.#canvases) Object.assign(canvas, { width, height });
    this.end();
  }

  begin() {
    this.draw(0);
  }

  /** Slice by slice, from the top down. */
  draw(seconds) {
    const done = (seconds / this.seconds) * this.#slices.length;
    this.#slices.forEach((slice, index) => this.#drawSlice(index, slice, Math.max(0, Math.min(1, done - index))));
  }

  end() {
    this.draw(this.seconds);
  }

  #drawSlice(index, { plain, filtered }, share) {
    const context = this.#canvases[index].getContext("2d");
    const rows = Math.round(share * plain.height);
    context.putImageData(plain, 0, 0);
    if (rows > 0) context.putImageData(filtered, 0, 0, 0, 0, plain.width, rows);
  }
}

function contextOf(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return canvas.getContext("2d", { willReadFrequently: true });
}
