// A matrix written as text, as spreadsheets, NumPy, PyTorch, MATLAB, LaTeX and R write one: its numbers, and what they
// are divided by. Nothing is executed, and what could change the numbers unseen is refused. Knows no page.

import { decimalMark, parseNumber, size } from "../shared/format.js";
import { _ } from "../shared/i18n.js";

const MOST_TEXT = 6_000; // characters; a grid of numbers is shorter
const MOST_ONES = 63; // more is too large all the same
const MOST_CALLS = 4; // "torch.tensor(np.array("
const PAIRS = { "[": "]", "{": "}", "(": ")" };
const INNERMOST = /[[({]([^[\](){}]*)[\])}]/g;
const NUMBER = String.raw`[-+]?[\d.,]+(?:e[-+]?\d+)?(?:\s*/\s*[\d.]+)?`;
const BEFORE = /(?<![\w.])(?:\w+\.)*(?:as)?(?:array|matrix|mat|tensor|floattensor|list)\s*\(\s*$/i; // changes no number
const PLAIN = /\\(?:(?:display|text|script)style|hline|q?quad|left|right|math(?:bf|rm|it)|text|nonumber)(?![A-Za-z])/g;
const NEEDS_BRACKETS = _("Something stands before or behind the matrix that may change it: paste the matrix alone.");
// What may follow a matrix in a program and leaves its numbers as they are.
const HARMLESS = [
  /^\s*,\s*(?:\w+\s*=\s*)?[A-Za-z_'"][\w.'"]*/, // ", dtype=np.float32"
  /^\s*\.\s*(?:astype|to|float|double|cuda|unsqueeze|repeat|clone|expand|tolist|numpy)\([^()]*\)/,
  /^\s*\[\s*(?:None|np\.newaxis|:|\.\.\.|,|\s)+\]/,
  /^\s*[;)$.\\,\]]/,
];

/**
 * {matrix, divisor} of `text`, or {problem}, a sentence, where it is a matrix that does not go into a grid of
 * `longest` rows and columns; null where it is none. A number alone, without brackets, is none.
 */
export function readMatrix(text, longest) {
  if (text.length > MOST_TEXT) return null;
  const cleaned = clean(text);
  const found = fromLatex(cleaned) ?? fromBrackets(cleaned) ?? fromLines(cleaned);
  if (!found) return null;
  if (found.problem) return found;
  return judge(found.rows, longest, found);
}

/** The same of the cells of a table, each a text; an empty one is 0, as in a spreadsheet. */
export function readCells(cells, longest) {
  return judge(trimmed(cells), longest, { blank: 0 });
}

function judge(rows, longest, { factor = 1, blank = null, isBare = true }) {
  const numbers = rows.map((row) => row.map((cell) => (cell.trim() === "" ? blank : parseNumber(cell))));
  const all = numbers.flat();
  if (all.length < 1 || (all.length === 1 && isBare)) return null;
  const known = all.filter((value) => value !== null).length;
  if (known * 2 <= all.length) return null; // a text, or a table of words
  return told(numbers, longest) ?? scaled(numbers, factor);
}

/** What is wrong with the numbers, or null. */
function told(rows, longest) {
  const widest = Math.max(...rows.map(({ length }) => length));
  if (rows.length > longest || widest > longest)
    return problem(
      _("The pasted matrix is %(size)s; the grid holds up to %(most)s.", {
        size: size(rows.length, widest),
        most: size(longest, longest),
      }),
    );
  const uneven = rows.findIndex((row) => row.length !== rows[0].length);
  if (uneven > 0)
    return problem(
      _("Row %(row)s of the pasted matrix has %(count)s numbers, the first has %(first)s.", {
        row: uneven + 1,
        count: rows[uneven].length,
        first: rows[0].length,
      }),
    );
  const row = rows.findIndex((numbers) => numbers.includes(null));
  if (row < 0) return null;
  const place = { row: row + 1, column: rows[row].indexOf(null) + 1 };
  return problem(_("Row %(row)s, column %(column)s of the pasted matrix holds no number up to a million.", place));
}

function scaled(rows, factor) {
  const divisor = 1 / factor;
  const isUsable = Math.abs(divisor) >= 1e-6 && Math.abs(divisor) <= 1e6;
  if (!isUsable) return problem(NEEDS_BRACKETS);
  const neat = Math.abs(divisor - Math.round(divisor)) < 1e-9 ? Math.round(divisor) : divisor;
  return { matrix: rows.map((row) => row.map((value) => value + 0)), divisor: neat };
}

function problem(sentence) {
  return { problem: sentence };
}

/** Without what surrounds a matrix where it is copied from: prompts, comments, the brackets of a drawn one. */
function clean(text) {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, "")
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000\u239b-\u23ae│┃]/g, " ")
    .replace(/^[ \t]*```.*$/gm, "")
    .replace(/^[ \t]*(?:In|Out)[ \t]*\[\d+\]:/gm, "")
    .replace(/^[ \t]*(?:>>>?|\.\.\.)[ \t]/gm, "")
    .replace(/(^|\s)(?:#|%(?=\s*[A-Za-z])|\/\/).*$/gm, "$1")
    .replace(/^[ \t]*(?:\[,\d+\][ \t]*)+$/gm, "") // R's names of columns and rows
    .replace(/^[ \t]*\[\d+,\]/gm, "")
    .replace(/\b(?:np|numpy)\.(?:u?int|float|double|half)\d*\(([^()[\]]*)\)/g, "$1") // NumPy 2's np.float64(0.5)
    .replace(/\b(?:\w+\.)?ones\(\s*[([]?\s*(\d+)\s*(?:,\s*(\d+))?\s*[)\]]?\s*(?:,[^()]*)?\)/g, ones)
    .replace(/\b([A-Za-z_]\w*)(?:[ \t]*\[\d*\])+[ \t]*=/g, "$1 =") // C's float k[3][3]
    .replace(/(?<![\w.])(\d+\.?\d*|\.\d+)f\b/gi, "$1"); // and its 0.5f
}

/** `np.ones((3, 3))` and MATLAB's `ones(3)`, which are divided by 9 on many a slide. */
function ones(_all, rows, columns = rows) {
  const [height, width] = [rows, columns].map((count) => Math.min(Number(count), MOST_ONES));
  return JSON.stringify(Array(height).fill(Array(width).fill(1)));
}

function fromLatex(text) {
  const found = /\\begin\{([A-Za-z]*matrix\*?|array|tabular)\}([\s\S]*?)\\end\{\1\}/.exec(text);
  if (!found) return /&[\s\S]*\\\\/.test(text) ? { rows: latexRows(text) } : null;
  const [whole, kind, inside] = found;
  const body = /^(array|tabular)$/.test(kind) ? inside.replace(/^\s*(?:\[\w\])?\s*\{[^{}]*\}/, "") : inside;
  const rows = latexRows(body);
  const factor = factorOf(
    withoutMarkup(text.slice(0, found.index)),
    withoutMarkup(text.slice(found.index + whole.length)),
  );
  return factor === null ? problem(NEEDS_BRACKETS) : { rows, factor, isBare: false };
}

function latexRows(body) {
  const rows = body.split(/\\\\(?:\s*\[[^\]]*\])?|\\cr\b/).map((row) => row.split("&").map(withoutMarkup));
  return rows.at(-1).every((cell) => cell === "") ? rows.slice(0, -1) : rows;
}

function withoutMarkup(text) {
  return text
    .replace(/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, "$1/$2")
    .replace(/\\[dt]?frac\s*(\d)\s*(\d)/g, "$1/$2")
    .replace(/\\[hv]?phantom\s*\{[^{}]*\}/g, "")
    .replaceAll("{,}", ".")
    .replace(/\\(?:cdot|times)\b/g, "*")
    .replaceAll("\\%", "%")
    .replace(/\\(?:left|right|[bB]igg?[lr]?)\s*(?:\\?[[\](){}|.]|\\[lr]\w+)/g, "")
    .replace(/\\begin\{\w+\*?\}|\\end\{\w+\*?\}/g, "")
    .replace(PLAIN, " ")
    .replace(/\\[A-Za-z]+/g, "?") // a root is no number that is known here
    .replace(/\\./g, " ")
    .replace(/[{}$&]/g, "")
    .trim();
}

function fromBrackets(text) {
  const start = ["[", "{", "("].map((kind) => opening(text, kind)).find((index) => index >= 0) ?? -1;
  const end = start < 0 ? -1 : closing(text, start);
  if (end < 0) return null;
  const inside = text.slice(start, end + 1);
  const groups = [...inside.matchAll(INNERMOST)].map(([, body]) => body);
  if (!groups.some((body) => /\d/.test(body))) return null;
  // All that open come before all that close, or it is more than a matrix.
  if (!/^[[({\s]*[,;\s]*[\])}\s]*$/.test(inside.replace(INNERMOST, " ")))
    return problem(_("The pasted numbers have more than rows and columns: paste one kernel."));
  const isNested = /^[[({]\s*[[({]/.test(inside); // NumPy breaks long rows into lines
  const rows = (isNested ? groups : linesIn(groups[0])).map(listed);
  const shaped = reshaped(rows, text.slice(end + 1));
  const factor = factorOf(text.slice(0, start), shaped.after);
  return factor === null ? problem(NEEDS_BRACKETS) : { rows: shaped.rows, factor, isBare: false };
}

/** Where a bracket of that kind stands in which there are numbers; a round one only before another or a number. */
function opening(text, kind) {
  return kind === "(" ? text.search(/\(\s*\(?\s*[-+.\d]/) : text.indexOf(kind);
}

function closing(text, start) {
  const open = [];
  for (let at = start; at < text.length; at += 1) {
    if (PAIRS[text[at]]) open.push(PAIRS[text[at]]);
    else if (text[at] === open.at(-1)) open.pop();
    if (open.length === 0) return at;
  }
  return -1;
}

/** A semicolon or a new line begins a row: MATLAB's, and lists that are written in the form of their kernel. */
function linesIn(body) {
  return body
    .replace(/\.\.\.\s*\n/g, " ")
    .split(/[;\n]/)
    .filter((line) => line.replaceAll(",", "").trim() !== "");
}

function listed(body) {
  const line = body.trim().replace(/^,|,$/g, "");
  return line.includes(",") ? line.split(",") : spaced(line);
}

function spaced(line) {
  return line
    .trim()
    .replace(/\s*\/\s*/g, "/")
    .replace(/\s+%/g, "%")
    .split(/\s+/);
}

/** One row that is told to be a matrix: `np.array([...]).reshape(3, 3)`. */
function reshaped(rows, after) {
  const found = /^\s*(?:,\s*\w+\s*=?\s*[\w.]*)?\)?\s*\.\s*(?:reshape|view)\(\(?([\d,\s]+)\)?\)/.exec(after);
  const [height, width] = found ? found[1].split(",").filter(Boolean).map(Number).slice(-2) : [];
  const all = rows.flat();
  if (height * width !== all.length) return { rows, after };
  const lines = Array.from({ length: height }, (_value, row) => all.slice(row * width, (row + 1) * width));
  return { rows: lines, after: after.slice(found[0].length) };
}

/** What the matrix is multiplied by, from the text around it; null where that text may mean something else. */
function factorOf(before, after) {
  let lead = before.replace(/^[\s\S]*=/, "");
  for (let call = 0; call < MOST_CALLS; call += 1) lead = lead.replace(BEFORE, "");
  const first = lead.replace(/[()*\s×·[]/g, "");
  let tail = after;
  let divisor = 1;
  for (let left = null; left !== tail;) {
    left = tail;
    for (const known of HARMLESS) tail = tail.replace(known, "");
    const found = new RegExp(`^\\s*([/*])\\s*\\(?(${NUMBER})\\)?`, "i").exec(tail);
    if (!found) continue;
    const value = parseNumber(found[2]);
    divisor *= found[1] === "/" ? value : 1 / value;
    tail = tail.slice(found[0].length);
  }
  const isName = /^[A-Za-z_]\w*:?$/.test(first) && /[\s:]$/.test(lead); // not a function of the matrix, nor an index
  const times = first === "" || isName ? 1 : first === "-" ? -1 : parseNumber(first);
  return tail.trim() === "" && times && Number.isFinite(divisor) && divisor !== 0 ? times / divisor : null;
}

function fromLines(text) {
  const factor = new RegExp(`^[ \\t]*(${NUMBER})[ \\t]*\\*[ \\t]*$`, "im").exec(text); // MATLAB's "1.0e+03 *"
  const body = text.replace(factor?.[0] ?? "", "").replace(/^\s*[A-Za-z_]\w*\s*=\s*/, "");
  const found = { factor: factor ? parseNumber(factor[1]) : 1 };
  if (body.includes("\t"))
    return { ...found, rows: trimmed(body.split("\n").map((line) => line.split("\t"))), blank: 0 };
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return null;
  return { ...found, rows: split(lines.map((line) => line.trim())) };
}

/** Lines into cells, by what separates them: the semicolon, else the comma where it is no decimal mark, else blanks. */
function split(lines) {
  if (lines.every((line) => line.includes("|")))
    return lines.filter((line) => /[^\s|:+-]/.test(line)).map((line) => line.replace(/^\||\|$/g, "").split("|"));
  if (lines.some((line) => /;\s*\S/.test(line))) return bySemicolons(lines);
  return byCommas(lines.map((line) => line.replace(/;$/, "")));
}

function bySemicolons(lines) {
  const parts = lines.map((line) => line.replace(/;\s*$/, "").split(";"));
  const isMatlab = lines.length === 1 && parts[0].every((part) => /\S\s+\S|,\s/.test(part.trim()));
  return isMatlab ? byCommas(parts[0].map((part) => part.trim())) : parts;
}

function byCommas(lines) {
  const text = lines.join("\n");
  if (!text.includes(",")) return lines.map(spaced);
  if (/,[ \t]/.test(text)) return lines.map((line) => line.replace(/,$/, "").split(/,\s+/)).map(further);
  if (/\S[ \t]+\S/.test(text)) return lines.map(spaced); // "0,5 1,5"
  const isLone = !text.includes(".") && lines.every((line) => line.split(",").length < 3);
  const isDecimal = isLone && (decimalMark === "," || /,0\d|^\D?0,\d{3}/m.test(text));
  return isDecimal ? lines.map((line) => [line]) : lines.map((line) => line.replace(/,$/, "").split(","));
}

/** "1,2, 3" has commas without a blank too: one is a decimal mark, several are not. */
function further(cells) {
  return cells.flatMap((cell) => (cell.split(",").length > 2 ? cell.split(",") : [cell]));
}

/** Without empty rows and columns at the edges, which belong to a selection and not to its numbers. */
function trimmed(cells) {
  const isFilled = (cell) => cell.trim() !== "";
  const filled = cells.flatMap((row) => row.flatMap((cell, index) => (isFilled(cell) ? [index] : [])));
  const [first, last] = [Math.min(...filled), Math.max(...filled)];
  const [top, bottom] = [
    cells.findIndex((row) => row.some(isFilled)),
    cells.findLastIndex((row) => row.some(isFilled)),
  ];
  return cells.slice(Math.max(0, top), bottom + 1).map((row) => row.slice(first, last + 1));
}
