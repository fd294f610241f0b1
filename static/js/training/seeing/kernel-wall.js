// The kernels of a layer as small tiles, all on one scale. Emits `kernel` with the number of the one that is clicked.

import { emit, h, paint } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { drawSigned } from "../../shared/maps.js";
import { columnsOf, enterAt, rove } from "../../shared/roving.js";
import { drawColored, summed } from "./snapshots.js";

const [CELL, GAP, BETWEEN] = [14, 2, 6]; // pixels of a weight, between weights, between planes
const MOST_CELLS = 7; // wider kernels are drawn without gaps

export class KernelWall extends HTMLElement {
  #tiles = [];

  connectedCallback() {
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.dataset.label);
    this.addEventListener("keydown", (event) => rove(event, this.#tiles, columnsOf(this.#tiles)));
  }

  /**
   * `kernels` are lists of planes; `look` is sum (of the planes), channels (each plane) or color; `limit` ends the
   * scale.
   */
  show(kernels, look, limit) {
    this.dataset.look = look;
    if (this.#tiles.length !== kernels.length) this.#build(kernels.length);
    kernels.forEach((planes, index) => drawKernel(this.#tiles[index].firstChild, picturesOf(planes, look, limit)));
  }

  #build(count) {
    this.#tiles = Array.from({ length: count }, (_value, index) => {
      const label = _("Kernel %(number)s", { number: index + 1 });
      return h(
        "button",
        {
          type: "button",
          title: label,
          "aria-label": label,
          "data-kernel": index,
          tabindex: index ? -1 : 0,
          onclick: () => this.#choose(index),
        },
        h("canvas", { "aria-hidden": "true" }),
      );
    });
    this.replaceChildren(...this.#tiles);
  }

  #choose(index) {
    enterAt(this.#tiles, this.#tiles[index]);
    emit(this, "kernel", index);
  }
}

/** What is drawn of a kernel, side by side: {picture, rgba}. */
function picturesOf(planes, look, limit) {
  if (look === "color" && planes.length === 3) return [drawColored(planes, limit)];
  return (look === "channels" ? planes : [summed(planes)]).map((plane) => drawSigned(plane, limit));
}

function drawKernel(canvas, pictures) {
  const [{ picture }] = pictures;
  const isWide = picture.width > MOST_CELLS || picture.height > MOST_CELLS;
  const [cell, gap] = isWide ? [1, 0] : [CELL, GAP];
  const [width, height] = [picture.width, picture.height].map((count) => count * (cell + gap) - gap);
  const between = isWide ? 1 : BETWEEN;
  Object.assign(canvas, { width: pictures.length * (width + between) - between, height });
  const context = canvas.getContext("2d");
  pictures.forEach((drawn, index) => {
    const left = index * (width + between);
    if (isWide) context.drawImage(paint(document.createElement("canvas"), drawn.picture, drawn.rgba), left, 0);
    else drawCells(context, drawn, left);
  });
}

function drawCells(context, { picture: { width, height }, rgba }, left) {
  for (let index = 0; index < width * height; index += 1) {
    const [column, row] = [index % width, Math.floor(index / width)];
    context.fillStyle = `rgb(${rgba[index * 4]} ${rgba[index * 4 + 1]} ${rgba[index * 4 + 2]})`;
    context.beginPath();
    context.roundRect(left + column * (CELL + GAP), row * (CELL + GAP), CELL, CELL, 2);
    context.fill();
  }
}

customElements.define("kernel-wall", KernelWall);
