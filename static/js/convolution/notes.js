// What is said of pictures and values: what a file held, what a display mode makes of them. Texts alone.

import { number, percent, size } from "../shared/format.js";
import { _ } from "../shared/i18n.js";

const DARK_BITS = 12; // of 16; the lightest level is then 16 of 255

/** What the file held that its pixels here do not show by themselves. */
export function originNotes({ width, height }, origin, { maximum }) {
  const sizes = { original: size(origin.width, origin.height), here: size(width, height) };
  const bits = Math.ceil(Math.log2(Math.round(maximum * 257) + 1));
  return [
    Number(origin.width) > width && _("Reduced here from %(original)s to %(here)s.", sizes),
    origin.levels && origin.levels !== "8-bit" && _("Levels: %(levels)s.", { levels: origin.levels }),
    origin.levels === "16-bit" &&
      bits > 0 &&
      bits <= DARK_BITS &&
      _("It looks black, as it uses only %(bits)s of its 16 bits: “boost contrast” shows it.", { bits }),
    profileNote(origin.profile),
  ].filter(Boolean);
}

function profileNote(profile) {
  if (!profile) return "";
  return profile === "other"
    ? _(
        "The file has a color profile of its own; its numbers are taken as they are, so that colors look a little different here.",
      )
    : _(
        "The file's colors are %(profile)s; its numbers are taken as they are, so that colors look a little paler here.",
        { profile },
      );
}

export function stretchNote({ minimum, maximum }) {
  return _("Contrast boosted (display only): %(minimum)s shows black, %(maximum)s white.", {
    minimum: number(minimum),
    maximum: number(maximum),
  });
}

/** The share of values that the display mode cuts off; `absolute` only those that are larger than 255 in size. */
export function shareCut({ data }, mode, { clippedFraction }) {
  if (mode === "clip") return clippedFraction;
  return mode === "absolute"
    ? data.reduce((count, value) => count + (Math.abs(value) > 255 ? 1 : 0), 0) / data.length
    : 0;
}

export function rangeNote(ends, mode, cut) {
  if (cut === 0) return _("Values from %(minimum)s to %(maximum)s.", ends);
  const places = { ...ends, share: percent(cut) };
  return mode === "absolute"
    ? _(
        "Values from %(minimum)s to %(maximum)s; %(share)s of them are larger than 255 in size and are clipped.",
        places,
      )
    : _("Values from %(minimum)s to %(maximum)s; %(share)s of them lie outside 0 to 255 and are clipped.", places);
}

/** What the display mode makes of a value, with its numbers: "|−20| → 20", "(39 + 232) ÷ (624 + 232) · 255 ≈ 81". */
export function levelText(value, mode, { minimum, maximum }, gray) {
  if (mode === "rescale" && maximum > minimum) {
    const above = (point) => `(${number(point)} ${minimum < 0 ? "+" : "−"} ${number(Math.abs(minimum))})`;
    return `${above(value)} ÷ ${above(maximum)} · 255 ≈ ${gray}`;
  }
  const shown = mode === "absolute" ? Math.abs(value) : value;
  const told = shown < 0 || shown > 255 ? _("%(level)s, clipped", { level: gray }) : String(gray);
  return mode === "absolute" ? `|${number(value)}| → ${told}` : told;
}

export function signWord(value) {
  if (value === 0) return _("zero");
  return value < 0 ? _("negative") : _("positive");
}

export function channelName(input, channel) {
  return input.channels === 1 ? _("gray") : [_("red"), _("green"), _("blue")][channel];
}

/** How much of the sum the cells beyond the picture's edge bring; empty where there are none. */
export function borderNote({ products, outside, step }) {
  const beyond = products?.flat().filter((_product, index) => outside.flat()[index]) ?? [];
  if (beyond.length === 0) return "";
  const border = { zero: _("zero"), reflect: _("reflect"), replicate: _("replicate"), wrap: _("wrap") }[step.border];
  const sum = number(beyond.reduce((total, product) => total + product, 0));
  const places = { border, cells: beyond.length, all: products.flat().length, sum };
  return _("beyond the picture's edge (border: %(border)s): %(cells)s of %(all)s cells, %(sum)s of the sum", places);
}

/** What a step does that is no convolution. */
export function stepNote({ type }) {
  return {
    relu: _("ReLU: negative values become 0, positive ones stay."),
    max_pool: _("Max pooling: of each window only the largest value stays."),
    average_pool: _("Average pooling: of each window the mean stays."),
  }[type];
}

/** What a display mode is called. */
export function modeName(mode) {
  return { signed: _("signed"), clip: _("clip"), absolute: _("absolute"), rescale: _("rescale") }[mode];
}
