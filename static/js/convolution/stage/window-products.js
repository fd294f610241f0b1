// The window's numbers, a cell each: the pixel on its own gray, what it is multiplied by, the product in its sign's
// color. Where a large kernel leaves no room for three numbers a cell, the pixel alone, on the color of its product.
// Emits `look` {row, column} of the kernel as it is applied, or null.

import { emit, give, h, say } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { largest, shade, tint } from "../../shared/sign.js";

const SHADED = ["shaded", "is-bright"];
const SIGNED = ["signed", "is-negative", "is-medium", "is-strong"];
const ROOMY = 3; // columns that leave room for three numbers a cell

export class WindowProducts extends HTMLElement {
  #cells = [];
  #shape = "";
  #seen = (level) => level;

  connectedCallback() {
    this.addEventListener("pointerover", ({ target }) => this.#look(target.closest(".product")));
    this.addEventListener("pointerleave", () => emit(this, "look", null));
  }

  /** `explanation` as `explain` in shared/engine.js gives it; `seen` says with what gray the picture shows a level. */
  show({ step, patch, outside, kernel, products, value }, seen) {
    this.#seen = seen;
    this.#build(patch.length, patch[0].length);
    const most = products ? largest(products) : 0;
    patch.flat().forEach((level, index) => {
      const cell = this.#cells[index];
      cell.box.classList.toggle("is-outside", outside.flat()[index]);
      if (products) this.#showProduct(cell, level, kernel.flat()[index], products.flat()[index], most);
      else this.#showLevel(cell, level, step.type === "max_pool" && level === value);
    });
  }

  /** Frames the cell at that place, or none. */
  look(place) {
    const at = place ? place.row * this.#columns + place.column : -1;
    this.#cells.forEach(({ box }, index) => box.classList.toggle("is-looked", index === at));
  }

  get #columns() {
    return Number(this.#shape.split("×")[1]);
  }

  #build(rows, columns) {
    const shape = `${rows}×${columns}`;
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.style.setProperty("--columns", columns);
    this.dataset.side = Math.max(rows, columns);
    this.classList.toggle("is-roomy", columns <= ROOMY);
    this.#cells = Array.from({ length: rows * columns }, () => this.#cell());
    const boxes = this.#cells.map(({ box }) => box);
    const rowAt = (row) => h("span", { role: "row" }, boxes.slice(row * columns, (row + 1) * columns));
    this.replaceChildren(...Array.from({ length: rows }, (_row, index) => rowAt(index)));
  }

  #cell() {
    const parts = {
      level: h("b"),
      weight: h("span", { class: "times" }),
      product: h("span", { class: "product-value" }),
    };
    return {
      ...parts,
      box: h("span", { class: "product", role: "cell" }, parts.level, " ", parts.weight, " ", parts.product),
    };
  }

  #showProduct({ box, level: pixel, weight: times, product: result }, level, weight, product, most) {
    const isRoomy = this.classList.contains("is-roomy");
    const [told, by, makes] = [brief(level), `×${brief(weight)}`, brief(product)];
    say(pixel, told);
    say(times, by);
    say(result, makes);
    give(box, { title: `${told} ${by} = ${makes}` });
    box.classList.toggle("is-picked", false);
    box.classList.toggle("is-nothing", weight === 0);
    box.classList.toggle("is-long", told.length + by.length + makes.length > 11);
    result.classList.toggle("is-negative", product < 0);
    result.classList.toggle("is-positive", product > 0);
    box.classList.toggle("is-weighed", !isRoomy && weight !== 0);
    box.classList.toggle("is-less", weight < 0);
    if (isRoomy || weight === 0) gray(pixel, this.#seen(level));
    else tint(plain(pixel, SHADED), product, most);
  }

  #showLevel({ box, level: pixel, weight, product }, level, isPicked) {
    say(pixel, brief(level));
    for (const empty of [weight, product]) say(empty, "");
    give(box, { title: box.classList.contains("is-outside") ? _("from the border") : "" });
    for (const look of ["is-nothing", "is-long", "is-weighed"]) box.classList.toggle(look, false);
    box.classList.toggle("is-picked", isPicked);
    gray(pixel, this.#seen(level));
  }

  #look(cell) {
    const at = this.#cells.findIndex(({ box }) => box === cell);
    emit(this, "look", at < 0 ? null : { row: Math.floor(at / this.#columns), column: at % this.#columns });
  }
}

/** Levels below zero come from an earlier step: they have no gray. */
function gray(cell, level) {
  if (level < 0) tint(plain(cell, SHADED), level, 255);
  else shade(plain(cell, SIGNED), level);
}

/** Without the other look. */
function plain(cell, looks) {
  for (const look of looks) cell.classList.toggle(look, false);
  return cell;
}

/** Few figures, as they are read across the room. */
function brief(value) {
  return number(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 2);
}

customElements.define("window-products", WindowProducts);
