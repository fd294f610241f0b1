// A matrix that is pasted, or dropped, as text: it fills the grid, and can be taken back.

import { ADDRESS } from "./address.js";
import { refuse } from "./hint.js";
import { readCells, readMatrix } from "./matrix-text.js";
import { size } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { sameMatrix } from "../shared/steps.js";
import { tell, tellAside } from "../rooms/notice.js";
import { isTextField, tableIn } from "../rooms/transfers.js";

const NO_ROOM = _("There is no room for one more kernel behind the open step: open a kernel, and paste again.");
const $ = (selector) => document.querySelector(selector);

/** {read, refresh}: `read(contents, target)` says whether what came was a matrix and has been answered. */
export function connectPasting(page) {
  const longest = ADDRESS.field("steps").ends.side[1];
  let last = null; // the state before the last matrix, and that matrix
  const isInForce = () =>
    Boolean(last) && sameMatrix(page.step.matrix, last.matrix) && page.step.divisor === last.divisor;

  function read(contents, target) {
    const isCell = Boolean(target?.closest?.("kernel-grid"));
    if (!page.bench.picture || (isTextField(target) && !isCell)) return false;
    const found = find(contents, longest);
    if (!found) return false;
    if (found.problem) (isCell ? refuse : tellAside)(found.problem);
    else fill(found);
    return true;
  }

  function fill(found) {
    const { steps, at, display } = page.state;
    if (!page.fill(found)) return tellAside(NO_ROOM);
    tell(null);
    last = { ...found, state: { steps, at, display } };
    $("#kernel").put(found.matrix);
    $("#kernel-pasted [role=status]").textContent = said(found);
    return undefined;
  }

  function undo() {
    const [{ state }, at] = [last, last.state.at];
    last = null;
    page.change(state);
    if (state.steps[at].matrix) $("#kernel").put(state.steps[at].matrix);
  }

  $("#kernel-undo").addEventListener("click", undo);
  addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "z";
    if (!isUndo || !isInForce() || (isTextField(event.target) && !event.target.closest("kernel-grid"))) return;
    event.preventDefault();
    undo();
  });
  const refresh = () => {
    $("#kernel-pasted").hidden = !isInForce();
    $("#kernel-paste").hidden = isInForce() || page.step.type !== "convolution";
  };
  return { read, refresh };
}

/** The table of a spreadsheet is exact where its text may be read in two ways. */
function find({ text, html }, longest) {
  const table = html && tableIn(html);
  const found = [table && readCells(table, longest), readMatrix(text, longest)].filter(Boolean);
  return found.find(({ matrix }) => matrix) ?? found[0] ?? null;
}

function said({ matrix, divisor }) {
  const numbers = _("Pasted: %(size)s numbers.", { size: size(matrix.length, matrix[0].length) });
  return divisor === 1 ? numbers : `${numbers} ${_("What divides them stands below.")}`;
}
