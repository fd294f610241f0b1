// The settings as five closed lines: what each is set to, and a mark where that is not what is recommended.

import { number, plain } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { keepOpened } from "../../shared/opened.js";
import { learnedFrom } from "../../shared/rounding.js";
import { remediesOf } from "../builder/cures.js";
import { isSame } from "../builder/differences.js";
import { faultOf, report } from "../builder/network-arithmetic.js";

const INPUT = {
  none: _("0 to 255"),
  unit: _("0 to 1"),
  center: _("centered"),
  standardize: _("standardized"),
};
const NAMES = { adam: "Adam", sgd: "SGD", adamw: "AdamW", rmsprop: "RMSprop", adagrad: "Adagrad", muon: "Muon" };
/** The fields of a training that a line holds; the optimizer's are all others. */
const FIELDS = {
  pictures: ["train_limit", "validation_split"],
  input: ["normalization", "statistics"],
  remedies: ["l1", "l2", "max_norm", "augmentation", "shift", "early_stopping"],
};
const ELSEWHERE = [...Object.values(FIELDS).flat(), "seed", "precision"];
const $ = (selector) => document.querySelector(selector);

export function connectRail(page) {
  const lines = [...document.querySelectorAll("#settings > details")];
  document.addEventListener("pointerdown", ({ target }) => {
    if (!target.closest("#settings, dialog, .strip-network, .strip-pictures")) closeAll(lines);
  });
  $("#settings").addEventListener("keydown", (event) => {
    const open = lines.find((line) => line.open);
    if (event.key !== "Escape" || !open || event.target.closest(".menu[open], layer-menu, dialog")) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  $("#strip-network").addEventListener("click", () => openLine("network"));
  addEventListener("popstate", hideSheet, { capture: true }); // before the page shows that other state
  const keep = keepOpened(page, "line", lines, (line) => line?.dataset.line, showSheet);
  const refresh = () => {
    keep();
    show(page, lines);
  };
  return { refresh };
}

/** Opens a line, on a phone with its sheet, and brings the keyboard there. */
export function openLine(name) {
  const sheet = $("#settings");
  if (sheet.matches("[data-hidden]")) return;
  showSheet();
  const line = sheet.querySelector(`[data-line="${name}"]`);
  line.open = true;
  line.querySelector("summary").focus({ preventScroll: true });
}

/** On a phone the lines are in a sheet. */
function showSheet() {
  const sheet = $("#settings");
  if (getComputedStyle(sheet).display === "none" && !sheet.matches("[data-hidden]")) sheet.showPopover();
}

function hideSheet() {
  if ($("#settings").matches(":popover-open")) $("#settings").hidePopover();
}

/** On a phone the sheet is what closes. */
function closeAll(lines) {
  if (!$("#settings").matches(":popover-open")) for (const line of lines) line.open = false;
}

function show(page, lines) {
  const differing = differingLines(page);
  for (const line of lines) {
    line.querySelector(".value").textContent = valueOf(line.dataset.line, page);
    line.querySelector(".differs").hidden = !differing.has(line.dataset.line);
  }
  $("#differs-key").hidden = differing.size === 0;
}

function valueOf(line, { dataset, state: { network, training } }) {
  if (line === "pictures") return number(dataset?.train ? learnedFrom(dataset, training) : (training.train_limit ?? 0));
  if (line === "network") {
    const count = faultOf(network) ? null : report(network).parameters;
    return count === null ? _("cannot be built") : _("%(count)s parameters", { count: number(count) });
  }
  if (line === "input") return INPUT[training.normalization];
  if (line === "remedies")
    return remediesOf({ network, training: { ...training, train_limit: null } }).join(", ") || _("none chosen");
  return `${NAMES[training.optimizer]} ${plain(Number(training.learning_rate.toPrecision(3)))}`;
}

/** The lines that are not as the page starts for these pictures. */
function differingLines(page) {
  const { dataset, network, training } = page.state;
  const usual = page.usual(dataset);
  const differs = (fields) => fields.some((field) => !isSame(training[field], usual.training[field]));
  const lines = new Set(Object.keys(FIELDS).filter((line) => differs(FIELDS[line])));
  if (!isSame(network, usual.network)) lines.add("network");
  if (differs(Object.keys(training).filter((field) => !ELSEWHERE.includes(field)))) lines.add("optimizer");
  return lines;
}
