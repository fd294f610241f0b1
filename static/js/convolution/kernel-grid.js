// The kernel as a grid of numbers to type over, to drag up and down, to count with the arrow keys. Emits `weights` with
// the new matrix, `mistyped` where no number was typed, `look` {row, column} or null for the cell that is looked at.

import { emit, h } from "../shared/dom.js";
import { _ } from "../shared/i18n.js";
import { largest, tint } from "../shared/sign.js";
import { parseNumber, plain } from "../shared/format.js";

const STEP_PX = 10; // of a drag, for each count
const STILL_PX = 4; // a click that trembles is no drag

export class KernelGrid extends HTMLElement {
  #matrix = [];
  #drag = null;

  connectedCallback() {
    this.addEventListener("pointerover", ({ target }) => this.#look(target));
    this.addEventListener("pointerleave", () => emit(this, "look", null));
    this.addEventListener("focusin", ({ target }) => this.#look(target));
    this.addEventListener("focusout", () => emit(this, "look", null));
  }

  /** Frames the cell at that place, or none. */
  look(place) {
    const at = place ? place.row * this.#matrix[0].length + place.column : -1;
    [...this.children].forEach((cell, index) => cell.classList.toggle("is-looked", index === at));
  }

  #look(cell) {
    const at = [...this.children].indexOf(cell);
    const columns = this.#matrix[0].length;
    emit(this, "look", at < 0 ? null : { row: Math.floor(at / columns), column: at % columns });
  }

  /** Shows `matrix`; the cell that is being typed in keeps its text. */
  set matrix(matrix) {
    const sameSize = this.#matrix.length === matrix.length && this.#matrix[0]?.length === matrix[0].length;
    this.#matrix = matrix.map((row) => [...row]);
    if (!sameSize) this.#build();
    this.#show();
  }

  /** Shows `matrix` in every cell, also in the one with the cursor, which stays in the grid. */
  put(matrix) {
    const at = [...this.children].indexOf(document.activeElement);
    document.activeElement?.blur?.();
    this.matrix = matrix;
    if (at >= 0) this.children[Math.min(at, this.children.length - 1)].focus({ preventScroll: true });
  }

  #build() {
    this.style.setProperty("--columns", this.#matrix[0].length);
    this.dataset.side = Math.max(this.#matrix.length, this.#matrix[0].length);
    this.replaceChildren(...this.#matrix.flatMap((row, i) => row.map((_weight, j) => this.#cell(i, j))));
  }

  #cell(row, column) {
    return h("input", {
      inputmode: "text",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": "kernel-hint",
      "aria-label": _("Weight in row %(row)s, column %(column)s", { row: row + 1, column: column + 1 }),
      oninput: (event) => this.#type(event.target, row, column),
      onkeydown: (event) => this.#nudge(event, row, column),
      onfocus: (event) => event.target.select(),
      onblur: () => this.#show(),
      onpointerdown: (event) => this.#press(event, row, column),
      onpointermove: (event) => this.#pull(event),
      onpointerup: () => (this.#drag = null),
      onpointercancel: () => (this.#drag = null),
    });
  }

  #press({ target, pointerId, clientY, button }, row, column) {
    if (button !== 0) return;
    target.setPointerCapture(pointerId);
    this.#drag = { row, column, from: clientY, weight: this.#matrix[row][column], isMoving: false };
  }

  /** Up is more; with Alt in tenths. */
  #pull({ target, clientY, altKey }) {
    if (!this.#drag) return;
    const { row, column, from, weight } = this.#drag;
    this.#drag.isMoving ||= Math.abs(from - clientY) > STILL_PX;
    if (!this.#drag.isMoving) return;
    const moved = rounded(weight + Math.round((from - clientY) / STEP_PX) * (altKey ? 0.1 : 1));
    if (moved === this.#matrix[row][column]) return;
    target.value = plain(moved);
    this.#change(row, column, moved);
  }

  #show() {
    const limit = largest(this.#matrix);
    this.#matrix.flat().forEach((weight, index) => {
      const cell = this.children[index];
      if (cell !== document.activeElement) cell.value = plain(weight);
      if (cell !== document.activeElement) cell.removeAttribute("aria-invalid");
      cell.classList.toggle("is-long", plain(weight).length > 5);
      tint(cell, weight, limit);
    });
  }

  #type(cell, row, column) {
    const weight = parseNumber(cell.value);
    if (weight === null) {
      cell.setAttribute("aria-invalid", "true");
      return emit(this, "mistyped");
    }
    cell.removeAttribute("aria-invalid");
    return this.#change(row, column, weight);
  }

  /** Arrow up and down count; with Alt in tenths. */
  #nudge(event, row, column) {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    const weight = rounded(this.#matrix[row][column] + direction * (event.altKey ? 0.1 : 1));
    event.target.value = plain(weight);
    this.#change(row, column, weight);
  }

  #change(row, column, weight) {
    this.#matrix[row][column] = weight;
    this.#show();
    emit(
      this,
      "weights",
      this.#matrix.map((numbers) => [...numbers]),
    );
  }
}

function rounded(weight) {
  return Math.round(weight * 1e9) / 1e9;
}

customElements.define("kernel-grid", KernelGrid);
