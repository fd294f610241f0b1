// The neighborhood of the window, enlarged: dilation's gaps, the border's cells, and where the window stops next.

import { s } from "../shared/dom.js";
import { levelAt } from "../shared/engine.js";
import { _ } from "../shared/i18n.js";
import { cells, pace } from "../shared/steps.js";

const CELL = 30;
const MOST = 15;

export class WindowLoupe extends HTMLElement {
  #svg = s("svg", { role: "img", "aria-label": _("The neighborhood of the window, enlarged") });

  connectedCallback() {
    if (!this.firstChild) this.append(this.#svg);
  }

  /** Shows `input` around the window that makes result pixel (x, y). */
  show(input, step, x, y, channel) {
    const window = cells(step, x, y);
    const view = this.#view(window);
    const squares = [];
    for (let row = view.top; row < view.top + view.side; row += 1) {
      for (let column = view.left; column < view.left + view.side; column += 1) {
        squares.push(...this.#square(input, step, window, row, column, channel));
      }
    }
    const next = cells(step, x + 1, y);
    this.#svg.setAttribute("viewBox", `${view.left * CELL} ${view.top * CELL} ${view.side * CELL} ${view.side * CELL}`);
    this.#svg.replaceChildren(
      ...squares,
      s("rect", { class: "next", ...box(next) }),
      s("rect", { class: "picture-edge", x: 0, y: 0, width: input.width * CELL, height: input.height * CELL }),
      s("rect", { class: "window", ...box(window) }),
    );
    this.dataset.pace = pace(step);
  }

  #view({ rows, columns }) {
    const span = Math.max(rows.at(-1) - rows[0], columns.at(-1) - columns[0]) + 1;
    const side = Math.min(MOST + 4, Math.max(9, span + 4));
    const middle = (line) => Math.floor((line[0] + line.at(-1) - side + 2) / 2);
    return { top: middle(rows), left: middle(columns), side };
  }

  #square(input, step, window, row, column, channel) {
    const isOutside = row < 0 || column < 0 || row >= input.height || column >= input.width;
    const used = window.rows.includes(row) && window.columns.includes(column);
    if (isOutside && (step.type !== "convolution" || step.border === "valid")) return [];
    const value = levelAt(input, row, column, channel, step.border);
    const gray = Math.max(0, Math.min(255, Math.round(value)));
    const classes = `square${used ? " is-used" : ""}${isOutside ? " is-outside" : ""}${gray > 117 ? " is-bright" : ""}`;
    const place = { x: column * CELL, y: row * CELL };
    const square = s("rect", {
      class: classes,
      ...place,
      width: CELL,
      height: CELL,
      fill: value < 0 ? "var(--negative)" : `rgb(${gray} ${gray} ${gray})`,
    });
    const text = s(
      "text",
      { class: classes, x: place.x + CELL / 2, y: place.y + CELL / 2 },
      String(Math.round(value)).replace("-", "−"),
    );
    return [square, text];
  }
}

function box({ rows, columns }) {
  const height = (rows.at(-1) - rows[0] + 1) * CELL;
  const width = (columns.at(-1) - columns[0] + 1) * CELL;
  return { x: columns[0] * CELL, y: rows[0] * CELL, width, height };
}

customElements.define("window-loupe", WindowLoupe);
