// What the curves are worth under the pointer: a small table beside it, a row for each run.

import { h } from "../../shared/dom.js";
import { fixed, number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";

const AWAY = 14;
const HEADS = { live: _("batch"), first: _("batch"), train: _("training"), validation: _("validation") };

/** Fills and places `tip` for where the chart's cursor is; hides it where that is nowhere. */
export function showTip(tip, chart, { lines, names, data, digits }) {
  const { left, idx: index, idxs: indices } = chart.cursor;
  tip.hidden = index === null || index === undefined || left < 0 || data[0].length === 0;
  if (tip.hidden) return;
  const kinds = [...new Set(lines.map(({ kind }) => kind))];
  const value = (run, kind) => {
    const column = lines.findIndex((line) => line.run === run && line.kind === kind) + 1;
    return column > 0 && indices[column] !== null ? data[column][indices[column]] : null;
  };
  const rows = names.map(({ title, token }, run) => {
    const name = h("th", { scope: "row" }, title);
    name.style.color = `var(${token})`;
    return h(
      "tr",
      {},
      name,
      kinds.map((kind) => h("td", {}, fixed(value(run, kind), digits))),
    );
  });
  const epoch = _("epoch %(number)s", { number: number(chart.posToVal(left, "x"), 1) });
  tip.replaceChildren(
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", {}, epoch),
          kinds.map((kind) => h("th", {}, HEADS[kind])),
        ),
      ),
      h("tbody", {}, rows),
    ),
  );
  place(tip, chart, left);
}

/** At the side where there is room. */
function place(tip, chart, left) {
  const start = chart.over.offsetLeft + left;
  const room = tip.parentElement.clientWidth;
  const isRight = start + AWAY + tip.offsetWidth <= room;
  const x = isRight ? start + AWAY : Math.max(0, start - AWAY - tip.offsetWidth);
  tip.style.transform = `translate(${Math.round(x)}px, 10px)`;
}
