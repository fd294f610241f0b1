// One plane of a kernel with its numbers written into colored cells.

import { h } from "../../shared/dom.js";
import { fixed, short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { tint } from "../../shared/sign.js";

const CURVE = 0.7; // as shared/maps.js colors maps and small kernels
const MOST_WRITTEN = 7; // in wider kernels the cells are too small for numbers

export class WeightTable extends HTMLElement {
  /** `rows` of weights, colored on a scale to `limit`. */
  show(rows, limit) {
    const isWritten = rows[0].length <= MOST_WRITTEN;
    this.style.setProperty("--columns", rows[0].length);
    this.dataset.side = Math.max(rows.length, rows[0].length);
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", rows.map((row) => row.map((weight) => short(weight, 2)).join("  ")).join("; "));
    this.replaceChildren(...rows.flat().map((weight) => cell(weight, limit, isWritten)));
    return this;
  }
}

function cell(weight, limit, isWritten) {
  const share = limit > 0 ? Math.min(1, Math.abs(weight) / limit) ** CURVE : 0;
  const title = _("weight %(value)s", { value: short(weight, 3) });
  return tint(
    h("span", { class: "cell figure", title }, isWritten ? fixed(weight, 2) : ""),
    Math.sign(weight) * share,
    1,
  );
}

customElements.define("weight-table", WeightTable);
