// Numbers as the page writes them: a real minus sign, few decimals, the language's decimal mark.

import { language } from "./i18n.js";

const LONG = 1e5; // numbers that have no room from here on
const TINY = 1e-4; // and below this
const HUGE = 1e9; // no count is larger
const writers = new Map();
export const decimalMark = new Intl.NumberFormat(language).format(0.5).at(1);

/** `value` with at most `decimals` decimals; tiny values that are not zero keep three significant figures. */
export function number(value, decimals = 2) {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= HUGE) return short(value);
  const small = value !== 0 && Math.abs(value) < 0.5 * 10 ** -decimals;
  const text = writer(small ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: decimals }).format(value);
  return text.replace("-", "−").replace(/^−0$/, "0");
}

/** `value` with exactly `decimals` decimals, so that columns of numbers keep still. */
export function fixed(value, decimals = 2) {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= LONG) return short(value);
  const text = writer({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);
  return /[1-9]/.test(text) ? text.replace("-", "−") : writer({}).format(0);
}

/**
 * As `number`, but what has exploded is written as 2.8e9, and what has nearly vanished as 2.8e−9: for scales, which
 * have little room.
 */
export function short(value, decimals = 2) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0 || (size >= TINY && size < LONG)) return number(value, decimals);
  const [digits, exponent] = value.toExponential(1).split("e");
  return `${number(Number(digits), 1)}e${exponent.replace("+", "").replace("-", "−")}`;
}

/** Whether `number(value, decimals)` tells less than the value. */
export function isRounded(value, decimals = 2) {
  return Math.abs(value - Number(value.toFixed(decimals))) > 1e-9;
}

/** A share from 0 to 1 as a percentage; what is nearly nothing or nearly all is not written as nothing or all. */
export function percent(share) {
  if (!Number.isFinite(share)) return "–";
  const nearest = Math.min(share, 1 - share);
  if (nearest > 0 && nearest < 0.0005) return share < 0.5 ? `<${percentFine(0.001)}` : `>${percentFine(0.999)}`;
  return writer({
    style: "percent",
    maximumFractionDigits: nearest > 0 && (share < 0.1 || share >= 0.995) ? 1 : 0,
  }).format(share);
}

/** A share as a percentage with one decimal, for figures that are compared. */
export function percentFine(share) {
  if (!Number.isFinite(share)) return "–";
  return writer({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(share);
}

/** How far a share has moved, in points: "+12" or "−3.4". */
export function points(difference) {
  const value = difference * 100;
  const text = writer({ signDisplay: "exceptZero", maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 }).format(value);
  return text.replace("-", "−").replace(/^[−+]0$/, "0");
}

/** "256 × 128" for a width and a height. */
export function size(width, height) {
  return `${width} × ${height}`;
}

function writer(options) {
  const key = JSON.stringify(options);
  if (!writers.has(key)) writers.set(key, new Intl.NumberFormat(language, { useGrouping: "min2", ...options }));
  return writers.get(key);
}

/** A number as it is typed: a plain minus sign, the language's decimal mark, seven significant figures. */
export function plain(value) {
  return String(Number(value.toPrecision(7))).replace(".", decimalMark);
}

const GROUP = decimalMark === "," ? "." : ",";
const GROUPED = new RegExp(`^[-−]?[1-9]\\d{0,2}(?:[${GROUP}\\s]\\d{3})+(?:[${decimalMark}]\\d+)?$`);
const [MOST_SET, MOST_ANSWERED] = [1e6, 1e14]; // of a weight or a rate; of an answer that the server takes

/** An answer as `parseNumber` reads it, thousands set apart as in this language: "4.000" is 4000 in Spanish alone. */
export function parseAnswer(text) {
  const typed = text.trim();
  return parseNumber(GROUPED.test(typed) ? typed.replaceAll(GROUP, "").replace(/\s/g, "") : typed, MOST_ANSWERED);
}

/**
 * The number that was typed, or null: `1/9`, `½`, `1 1/2`, `50%`, `0,5`, and a real minus sign or a dash for one are
 * understood.
 */
export function parseNumber(text, most = MOST_SET) {
  const typed = text
    .replace(/[¼-¾⅐-⅞↉]/g, (fraction) => ` ${fraction.normalize("NFKD")}`)
    .replaceAll("⁄", "/")
    .replace(/[−–—‐‑﹣-]/g, "-")
    .replaceAll(",", ".")
    .trim()
    .replace(/^-\s+/, "-");
  const percents = /^(.*[^\s%])\s*%$/.exec(typed);
  const mixed = /^(-?)(\d+)\s+(\d+\/\d+)$/.exec(percents?.[1] ?? typed);
  const value = mixed
    ? (mixed[1] ? -1 : 1) * (Number(mixed[2]) + quotient(mixed[3]))
    : quotient(percents?.[1] ?? typed);
  const scaled = percents ? value / 100 : value;
  return Number.isFinite(scaled) && Math.abs(scaled) <= most ? scaled : null;
}

function quotient(text) {
  const parts = text.split("/");
  if (parts.length > 2 || parts.some((part) => part.trim() === "")) return NaN;
  const [numerator, denominator = 1] = parts.map(Number);
  return numerator / denominator;
}
