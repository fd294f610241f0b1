// The written arithmetic of one pixel: window × kernel = products, their sum, and what is drawn.

import { h } from "./dom.js";
import { isRounded, number } from "./format.js";
import { _ } from "./i18n.js";
import { largest, shade, tint } from "./sign.js";

export class PixelArithmetic extends HTMLElement {
  #limit = null;
  #digits = 1;

  /**
   * `explanation` as `explain` in shared/engine.js gives it; `drawn` is {text, color}, or null where the value is one
   * of many terms.
   * Maps of a network are no levels: with a `limit` the patch is drawn signed, with `digits` decimals.
   */
  show(explanation, drawn) {
    const { step } = explanation;
    this.#limit = explanation.limit ?? null;
    this.#digits = explanation.digits ?? 1;
    const body = step.type === "convolution" ? this.#convolution(explanation) : this.#window(explanation);
    this.dataset.side = explanation.patch.length;
    this.replaceChildren(
      h(
        "div",
        { class: "grids" },
        ...body,
        h("div", { class: "arrival" }, sign("→"), this.#outcome(explanation, drawn)),
      ),
      this.#line(explanation),
      ...this.#border(explanation),
    );
  }

  #convolution({ patch, outside, kernel, products }) {
    const [weights, most] = [largest(kernel), largest(products)];
    return [
      this.#grid(this.#limit ? _("map") : _("pixels"), patch, (cell, value, i, j) =>
        this.#level(cell, value, outside[i][j]),
      ),
      sign("×"),
      this.#grid(_("kernel"), kernel, (cell, value) => tint(cell, value, weights)),
      sign("="),
      this.#grid(_("products"), products, (cell, value) => tint(cell, value, most)),
    ];
  }

  #window({ patch, outside, step, value }) {
    const picked = (level) => step.type === "max_pool" && level === value;
    const paint = (cell, level, i, j) => {
      this.#level(cell, level, outside[i][j]);
      cell.classList.toggle("is-picked", picked(level));
    };
    return [this.#grid(_("window"), patch, paint)];
  }

  #level(cell, value, isOutside) {
    if (this.#limit || value < 0) tint(cell, value, this.#limit ?? 255);
    else shade(cell, value);
    cell.classList.toggle("is-outside", isOutside);
    if (isOutside) cell.title = _("from the border");
  }

  #grid(caption, rows, paint) {
    const cells = rows.flatMap((row, i) =>
      row.map((value, j) => {
        const cell = h("span", { class: "cell" }, number(value, this.#digits));
        paint(cell, value, i, j);
        return cell;
      }),
    );
    const grid = h("div", { class: "numbers" }, cells);
    grid.style.setProperty("--columns", rows[0].length);
    return h("figure", {}, grid, h("figcaption", {}, caption));
  }

  #outcome({ step, sum, value }, drawn) {
    if (!drawn) return this.#term(step, sum, value);
    const swatch = h("span", { class: "swatch" });
    swatch.style.backgroundColor = drawn.color;
    const rows = step.type === "convolution" ? convolutionRows(step, sum) : [h("dt", {}, name(step))];
    return h(
      "div",
      { class: "outcome" },
      h("dl", {}, rows, h("dd", { class: "value", id: "pixel-value" }, number(value))),
      h("p", { class: "small soft" }, _("drawn as"), " ", swatch, " ", drawn.text),
    );
  }

  #term(step, sum, value) {
    const rows = step.type === "convolution" ? [h("dt", {}, _("sum"))] : [h("dt", {}, name(step))];
    return h(
      "div",
      { class: "outcome" },
      h(
        "dl",
        {},
        rows,
        h("dd", { class: "value" }, number(step.type === "convolution" ? sum : value, this.#digits + 1)),
      ),
    );
  }

  /** The sum as the lecture writes it; products with a weight of zero are left out. */
  #line({ step, kernel, patch, sum, value }) {
    const digits = Math.max(2, this.#digits);
    return h(
      "p",
      { class: "sum-line figure", id: this.#limit ? null : "sum-line" },
      sumLine(step, kernel, patch, sum, value, digits),
    );
  }

  /** How much of the sum the cells beyond the picture's edge bring. */
  #border({ products, outside, step }) {
    const beyond = products?.flat().filter((_product, index) => outside.flat()[index]) ?? [];
    if (beyond.length === 0) return [];
    const sum = number(beyond.reduce((total, product) => total + product, 0));
    const places = { border: borderName(step.border), cells: beyond.length, all: products.flat().length, sum };
    const swatch = h("span", { class: "swatch is-outside" });
    return [
      h(
        "p",
        { class: "small soft", id: "border-line" },
        swatch,
        " ",
        _("beyond the picture's edge (border: %(border)s): %(cells)s of %(all)s cells, %(sum)s of the sum", places),
      ),
    ];
  }
}

function sign(text) {
  return h("span", { class: "sign", "aria-hidden": "true" }, text);
}

function convolutionRows({ divisor, offset }, sum) {
  const rows = [h("dt", {}, _("sum")), h("dd", {}, number(sum))];
  if (divisor !== 1) rows.push(h("dt", {}, _("divided by")), h("dd", {}, `÷ ${number(divisor)}`));
  if (offset !== 0) rows.push(h("dt", {}, _("plus")), h("dd", {}, `+ ${number(offset)}`));
  return rows.length > 2 ? [...rows, h("dt", {}, _("value"))] : [h("dt", {}, _("sum"))];
}

function borderName(border) {
  return { zero: _("zero"), reflect: _("reflect"), replicate: _("replicate"), wrap: _("wrap") }[border];
}

function name(step) {
  return { relu: _("the larger of it and 0"), max_pool: _("the largest"), average_pool: _("the mean") }[step.type];
}

/** The sum as the lecture writes it, in one line; products with a weight of zero are left out. */
export function sumLine(step, kernel, patch, sum, value, digits) {
  const list = patch.flat().map((level) => number(level, digits));
  const is = [...patch.flat(), ...(kernel ?? []).flat()].some((shown) => isRounded(shown, digits)) ? "≈" : "=";
  const result = number(value, digits);
  if (step.type === "relu") return `max(${list[0]}, 0) ${is} ${result}`;
  if (step.type === "max_pool") return `max(${list.join(", ")}) ${is} ${result}`;
  if (step.type === "average_pool")
    return `(${list.join(" + ")}) / ${list.length} ${isRounded(value, digits) ? "≈" : is} ${result}`;
  const factors = patch.flat().map((level) => bracket(level, digits));
  const terms = kernel
    .flat()
    .flatMap((weight, index) => (weight === 0 ? [] : [`${bracket(weight, digits)}·${factors[index]}`]));
  return `${terms.join(" + ") || "0"} ${is} ${number(sum, digits)}${ending(step, value)}`;
}

function ending({ divisor, offset }, value) {
  const parts = [divisor === 1 ? "" : ` ÷ ${number(divisor)}`, offset === 0 ? "" : ` + ${bracket(offset)}`];
  return parts.join("") && `;  ${_("value")}${parts.join("").replace(/^ /, ": ")} = ${number(value)}`;
}

function bracket(value, digits = 2) {
  return value < 0 ? `(${number(value, digits)})` : number(value, digits);
}

customElements.define("pixel-arithmetic", PixelArithmetic);
