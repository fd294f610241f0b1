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
  let last = null; // the last matrix, where it went, and how it is taken back
  const isInForce = () =>
    last?.at === page.state.at && sameMatrix(page.step.matrix, last.matrix) && page.step.divisor === last.divisor;

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
    const before = page.step;
    if (!page.fill(found)) return tellAside(NO_ROOM);
    tell(null);
    last = { ...found, at: page.state.at, takeBack: () => (before.matrix ? putBack(before) : removeOpen(page)) };
    $("#kernel").put(found.matrix);
    $("#kernel-pasted [role=status]").textContent = said(found);
    return undefined;
  }

  function undo() {
    const { takeBack } = last;
    last = null;
    takeBack();
  }

  function putBack({ matrix, divisor, name = null }) {
    page.changeStep({ matrix, divisor, name });
    $("#kernel").put(matrix);
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

/** The pasted kernel was a step of its own. */
function removeOpen(page) {
  const { steps, at } = page.state;
  page.change({ steps: steps.toSpliced(at, 1), at: at - 1, x: null, y: null });
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
