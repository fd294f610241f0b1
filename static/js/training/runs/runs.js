// The list of all runs, newest first.

import { deleteRun } from "../../api.js";
import { _ } from "../../shared/i18n.js";
import { RunRow } from "./run-rows.js";
import { tell } from "../../rooms/notice.js";
import { titleOf } from "../charts/words.js";

const SHOWN = 10;
const $ = (selector) => document.querySelector(selector);

export function connectRuns(page) {
  const view = { whose: "all", isWhole: false, rows: new Map() };
  const refresh = () => show(page, view);
  $("[name=whose][value=all]").checked = true;
  $("#whose").addEventListener("change", ({ target }) => {
    view.whose = target.value;
    refresh();
  });
  $("#more-runs").addEventListener("click", () => {
    const before = $("#run-rows").childElementCount;
    view.isWhole = true;
    refresh();
    focusRow(before);
  });
  connectDelete(page, view);
  return { refresh };
}

/**
 * The newest, and of the others those that are drawn. Rows are kept from one time to the next, so that neither focus
 * nor a half-written name is lost.
 */
function show(page, view) {
  const wanted = page.runs.filter(({ mine }) => view.whose === "all" || mine);
  const shown = view.isWhole ? wanted : wanted.filter((run, index) => index < SHOWN || page.shown.includes(run));
  const elements = shown.map((run) => {
    if (!view.rows.has(run.id)) view.rows.set(run.id, new RunRow(page, run.id, (id) => askDelete(page, id)));
    const row = view.rows.get(run.id);
    row.show(run);
    return row.element;
  });
  for (const id of view.rows.keys()) if (!page.runOf(id)) view.rows.delete(id);
  const list = $("#run-rows");
  for (const element of [...list.children]) if (!elements.includes(element)) element.remove();
  elements.forEach(
    (element, index) => list.children[index] !== element && list.insertBefore(element, list.children[index] ?? null),
  );
  $("#no-runs").hidden = wanted.length > 0;
  $("#more-runs").hidden = shown.length === wanted.length;
}

/** The keyboard goes to the row at a place, or to the last one. */
function focusRow(place) {
  const names = [...document.querySelectorAll("#run-rows .run-name")];
  (names[place] ?? names.at(-1))?.focus({ preventScroll: true });
}

let asked = null; // id of the run that may be deleted

function askDelete(page, id) {
  asked = id;
  const run = page.runOf(id);
  $("#delete-told").textContent = _(
    "“%(name)s”: its curves, snapshots and weights are removed for good. A run that still learns is stopped first. This cannot be undone.",
    { name: titleOf(run) },
  );
  $("#delete-run").showModal();
}

function connectDelete(page, view) {
  $("#delete-no").addEventListener("click", () => $("#delete-run").close());
  $("#delete-yes").addEventListener("click", async () => {
    const id = asked;
    $("#delete-run").close();
    const place = [...$("#run-rows").children].indexOf(view.rows.get(id)?.element);
    if (!(await page.attempt(() => deleteRun(id)))) return;
    tell(null); // who reads the list meanwhile may have missed it
    page.forget(id);
    $("#runs-title").scrollIntoView({ block: "nearest" });
    if (document.activeElement === document.body) focusRow(place);
  });
}
