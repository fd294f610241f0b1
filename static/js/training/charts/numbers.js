// The charts' numbers as a table, newest epoch first: for whoever does not see curves, or wants to read them off.

import { h } from "../../shared/dom.js";
import { fixed } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { titleOf } from "./words.js";

const FIELDS = {
  train_loss: _("training loss"),
  validation_loss: _("validation loss"),
  train_accuracy: _("training accuracy"),
  validation_accuracy: _("validation accuracy"),
};
const MOST_ROWS = 500;
const $ = (selector) => document.querySelector(selector);

export function connectNumbers(page) {
  $("#numbers").addEventListener("toggle", () => show(page));
  return { refresh: () => show(page) };
}

let filled = ""; // with what

/**
 * Filled only while it is open, and again only where there is another epoch: what was marked in it to be copied stays
 * marked.
 */
function show({ shown, feeds }) {
  const key = JSON.stringify(shown.map((run) => [run.id, titleOf(run), feeds.get(run.id)?.epochs.length]));
  if (!$("#numbers").open || key === filled) return;
  filled = key;
  const histories = shown.map(({ id }) => new Map((feeds.get(id)?.epochs ?? []).map((row) => [row.epoch, row])));
  const epochs = [...new Set(histories.flatMap((history) => [...history.keys()]))]
    .sort((one, other) => other - one)
    .slice(0, MOST_ROWS);
  const names =
    shown.length > 1
      ? [
          h(
            "tr",
            {},
            h("td", {}),
            shown.map((run) => h("th", { scope: "colgroup", colspan: 4 }, titleOf(run))),
          ),
        ]
      : [];
  const heads = h(
    "tr",
    {},
    h("th", { scope: "col" }, _("epoch")),
    shown.flatMap(() => Object.values(FIELDS).map((title) => h("th", { scope: "col" }, title))),
  );
  const rows = epochs.map((epoch) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, String(epoch)),
      histories.flatMap((history) =>
        Object.keys(FIELDS).map((field) => h("td", {}, fixed(history.get(epoch)?.[field], 4))),
      ),
    ),
  );
  $("#numbers-table").replaceChildren(h("thead", {}, names, heads), h("tbody", {}, rows));
}
