// How good the network is at each class: precision, recall and F1, as a table. The numbers are the server's.

import { h } from "../../shared/dom.js";
import { number, percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { classTitle } from "../../shared/layers.js";

const UNSAID = "–"; // where nothing was taken for a class, or nothing is of it

/** The table of a confusion's `classes` and `per_class`. */
export function scoresTable({ classes, per_class: scores }) {
  const heads = [_("class"), _("precision"), _("recall"), "F1", _("pictures")];
  const rows = scores.map(({ precision, recall, f1, images: count }, index) =>
    row(classTitle(classes[index]), [...[precision, recall, f1].map(share), number(count)]),
  );
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, ...rows),
  );
}

function row(title, values) {
  return h("tr", {}, h("th", { scope: "row" }, title), ...values.map((value) => h("td", {}, value)));
}

function share(value) {
  return value === null ? UNSAID : percent(value);
}
