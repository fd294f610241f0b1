// A heat map over the picture it belongs to: rust where a class comes from, blue where something speaks against it.

import { h, paint } from "../shared/dom.js";

const SIDE = 320;

export class HeatMap extends HTMLElement {
  #canvas = h("canvas", { width: SIDE, height: SIDE });

  connectedCallback() {
    if (!this.firstChild) this.append(this.#canvas);
  }

  /** `base` is a square canvas or image, `heat` {picture, rgba} with transparency; `label` says what it shows. */
  show(base, heat, label, isSharp) {
    const context = this.#canvas.getContext("2d");
    const layer = paint(document.createElement("canvas"), heat.picture, heat.rgba);
    Object.assign(context, { imageSmoothingEnabled: !isSharp, filter: "grayscale(0.75)" });
    context.drawImage(base, 0, 0, SIDE, SIDE);
    Object.assign(context, { imageSmoothingEnabled: true, imageSmoothingQuality: "high", filter: "none" });
    context.drawImage(layer, 0, 0, SIDE, SIDE);
    this.#canvas.setAttribute("role", "img"); // none before: a picture without a name
    this.#canvas.setAttribute("aria-label", label);
  }
}

customElements.define("heat-map", HeatMap);
