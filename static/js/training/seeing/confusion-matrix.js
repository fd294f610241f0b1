// Rows are the truth, columns what the network said; the fuller a cell, the stronger its color.
// Emits `point` with {truth, predicted} (or null) and `cell` when one is opened.

import { emit, h } from "../../shared/dom.js";
import { number, percent } from "../../shared/format.js";
import { rowTotals } from "./confusion-counts.js";
import { _ } from "../../shared/i18n.js";
import { classTitle } from "../../shared/layers.js";
import { enterAt, rove } from "../../shared/roving.js";

const CURVE = 0.6; // so that few mistakes are seen beside many right answers

const MOST_NUMBERS = 12; // classes whose counts can be read in their cells
const FULL = 0.4; // from here on a cell is dark
const SHORT = 2; // letters of a name that can stand upright over its column

export class ConfusionMatrix extends HTMLElement {
  #classes = null;
  #matrix = null;
  #cells = [];

  connectedCallback() {
    this.addEventListener("keydown", (event) => rove(event, this.#cells, this.#classes?.length ?? 1));
    for (const type of ["pointerover", "focusin"]) this.addEventListener(type, ({ target }) => this.#point(target));
    for (const type of ["pointerleave", "focusout"]) this.addEventListener(type, () => emit(this, "point", null));
  }

  /** `matrix` of counts, K × K. */
  show(classes, matrix) {
    if (JSON.stringify(classes) !== JSON.stringify(this.#classes)) this.#build(classes);
    else if (matrix === this.#matrix) return;
    this.#matrix = matrix;
    const totals = rowTotals(matrix);
    this.#cells.forEach((cell, index) => {
      const [truth, predicted] = [Math.floor(index / classes.length), index % classes.length];
      fill(cell, classes, { truth, predicted, count: matrix[truth][predicted], of: totals[truth] });
    });
  }

  #build(classes) {
    this.#classes = classes;
    this.#cells = classes.flatMap((_row, truth) => classes.map((_column, predicted) => this.#cell(truth, predicted)));
    this.#cells[0].tabIndex = 0;
    this.style.setProperty("--classes", classes.length);
    this.classList.toggle("is-fine", classes.length > 16);
    const titles = classes.map(classTitle);
    this.classList.toggle(
      "is-short",
      titles.every((title) => title.length <= SHORT),
    );
    const corner = h("td", { class: "corner" }, h("span", {}, _("true ↓")), h("span", {}, _("predicted →")));
    const head = h(
      "tr",
      {},
      corner,
      titles.map((title) => h("th", { scope: "col", title }, h("span", {}, title))),
    );
    const rows = titles.map((title, truth) => {
      const cells = this.#cells.slice(truth * titles.length, (truth + 1) * titles.length);
      return h(
        "tr",
        {},
        h("th", { scope: "row", title }, title),
        cells.map((cell) => h("td", {}, cell)),
      );
    });
    const caption = h("caption", { class: "visually-hidden" }, this.dataset.label);
    this.replaceChildren(h("table", {}, caption, h("thead", {}, head), h("tbody", {}, rows)));
  }

  #cell(truth, predicted) {
    const open = ({ currentTarget }) => {
      enterAt(this.#cells, currentTarget);
      emit(this, "cell", { truth, predicted });
    };
    return h("button", {
      type: "button",
      tabindex: -1,
      class: truth === predicted ? "is-right" : null,
      "data-truth": truth,
      "data-predicted": predicted,
      onclick: open,
    });
  }

  #point(target) {
    const cell = target.closest?.("button");
    if (cell) emit(this, "point", { truth: Number(cell.dataset.truth), predicted: Number(cell.dataset.predicted) });
  }
}

function fill(cell, classes, place) {
  const { count, of } = place;
  const share = of > 0 ? count / of : 0;
  cell.textContent = classes.length > MOST_NUMBERS ? "" : number(count);
  cell.classList.toggle("is-full", share > FULL);
  cell.style.setProperty("--share", `${Math.round(share ** CURVE * 100)}%`);
  cell.setAttribute("aria-label", describe(classes, place));
  cell.title = describe(classes, place);
}

/** "cat taken for dog: 14 of 60 (23 %)". */
export function describe(classes, { truth, predicted, count, of }) {
  const values = {
    truth: classTitle(classes[truth]),
    predicted: classTitle(classes[predicted]),
    count: number(count),
    of: number(of),
    share: percent(of > 0 ? count / of : 0),
  };
  return truth === predicted
    ? _("%(truth)s recognized: %(count)s of %(of)s (%(share)s)", values)
    : _("%(truth)s taken for %(predicted)s: %(count)s of %(of)s (%(share)s)", values);
}

customElements.define("confusion-matrix", ConfusionMatrix);
