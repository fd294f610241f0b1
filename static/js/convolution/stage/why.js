// Why a sum is high or low at this place, in one sentence worked out from its numbers, for any kernel. It claims
// nothing that the numbers under the window do not say: an edge is a difference of levels, here and now.

import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";

const ALIKE = 8; // levels that nobody tells apart
const CLEAR = 40; // levels between the two sides of what anybody calls an edge
const [DARK, BRIGHT] = [100, 150];
const EXACT = 1e-6;

/**
 * [sentence, its end that is told louder] of what `explain` in shared/engine.js gives. `top` is the picture's
 * brightest level.
 */
export function why({ step, kernel, patch, value, sum }, top = 255) {
  if (step.type === "relu") return relu(patch[0][0]);
  if (step.type === "max_pool") return [_("Of %(count)s pixels the largest stays:", counted(patch)), number(value)];
  if (step.type === "average_pool") return [_("The mean of %(count)s pixels:", counted(patch)), number(value)];
  const weights = kernel.map((row) => row.map((weight) => weight / step.divisor));
  const total = weights.flat().reduce((all, weight) => all + weight, 0);
  const isMean = Math.abs(total - 1) < EXACT;
  if (weights.flat().every((weight) => weight >= 0))
    return isMean ? mean(weights, patch, value) : hits(weights, patch, top, sum);
  if (Math.abs(total) < EXACT) return difference(weights, patch);
  return isMean ? pushed(weights, patch, value) : bothSigns(weights, patch);
}

function relu(level) {
  return level > 0 ? [_("Above zero:"), _("it stays")] : [_("Not above zero:"), _("it becomes 0")];
}

function counted(patch) {
  return { count: patch.flat().length };
}

/** The sentence of weights that add up to 1 and are never negative: a blur, or nothing at all. */
function mean(weights, patch, value) {
  const counting = weights.flat().filter((weight) => weight !== 0);
  const middle = middleOf(patch);
  if (counting.length === 1 && middleOf(weights) !== 0)
    return [_("Only the middle pixel counts:"), _("nothing changes")];
  const isPlain = counting.every((weight) => Math.abs(weight - counting[0]) < EXACT);
  const lead = isPlain
    ? _("The mean of %(count)s pixels:", { count: counting.length })
    : _("A mean in which near pixels count more:");
  return [lead, _("%(before)s becomes %(after)s", { before: number(middle, 0), after: number(value, 0) })];
}

/** A pattern of positive weights finds itself where they lie on bright pixels. */
function hits(weights, patch, top, sum) {
  const levels = patch.flat().filter((_level, index) => weights.flat()[index] > 0);
  if (levels.length === 0) return [_("All weights are 0:"), _("so is the sum")];
  const count = levels.filter((level) => level > top / 4).length;
  const places = { hits: count, count: levels.length };
  const end =
    sum === 0
      ? _("no match")
      : count === levels.length
        ? _("a full match")
        : count * 2 >= levels.length
          ? _("a good match")
          : _("a poor match");
  return [_("%(hits)s of %(count)s weights lie on bright pixels:", places), end];
}

/** Weights that cancel each other compare two places: where they lie, which is brighter, and by how much. */
function difference(weights, patch) {
  const [bright, dark] = sides(weights, patch);
  if (!bright.weight) return [_("All weights are 0:"), _("so is the sum")];
  const gap = bright.level - dark.level;
  const [lead, isDirected] = compared(bright, dark, weights);
  if (Math.abs(gap) < ALIKE)
    return [alike(bright, dark, isDirected), isDirected ? _("no edge here") : _("little to find here")];
  const end = Math.abs(gap) < CLEAR ? _("a faint edge") : _("an edge");
  return [lead, isDirected ? end : standsOut(gap)];
}

/** A picture plus its edges: the middle pixel, pushed by the difference. */
function pushed(weights, patch, value) {
  const [row, column] = center(weights);
  const rest = weights.map((line, i) => line.map((weight, j) => weight - (i === row && j === column ? 1 : 0)));
  const [bright, dark] = sides(rest, patch);
  const end = _("%(before)s becomes %(after)s", { before: number(middleOf(patch), 0), after: number(value, 0) });
  if (Math.abs(bright.level - dark.level) < ALIKE) return [alike(bright, dark, false), end];
  return [compared(bright, dark, rest)[0], end];
}

function bothSigns(weights, patch) {
  const [positive, negative] = sides(weights, patch);
  const places = {
    more: number(positive.weight * positive.level, 0),
    less: number(-negative.weight * negative.level, 0),
  };
  return [_("%(more)s from positive weights, %(less)s from negative ones:", places), _("together")];
}

/** What lies under the positive weights, and under the negative: their size, mean level, middle and count. */
function sides(weights, patch) {
  return [1, -1].map((sign) => {
    const side = { weight: 0, level: 0, row: 0, column: 0, count: 0 };
    weights.forEach((line, row) =>
      line.forEach((weight, column) => {
        const size = Math.max(0, sign * weight);
        side.weight += size;
        side.level += size * patch[row][column];
        side.row += size * row;
        side.column += size * column;
        side.count += size > 0 ? 1 : 0;
      }),
    );
    for (const field of ["level", "row", "column"]) side[field] /= side.weight || 1;
    return side;
  });
}

/** The sentence that says which side is brighter, and whether the sides lie in a direction. */
function compared(bright, dark) {
  const [from, to] = bright.level >= dark.level ? [dark, bright] : [bright, dark];
  const places = direction(to.row - from.row, to.column - from.column);
  const levels = { more: number(to.level, 0), less: number(from.level, 0) };
  if (!places) return [middleSentence(bright, dark, levels), false];
  const isStark = from.level < DARK && to.level > BRIGHT;
  const named = { dark: places[0], bright: places[1], ...levels };
  return [
    isStark
      ? _("Dark %(dark)s, bright %(bright)s:", named)
      : _("Darker %(dark)s (%(less)s), brighter %(bright)s (%(more)s):", named),
    true,
  ];
}

function middleSentence(bright, dark, levels) {
  const isMiddle = bright.count < dark.count;
  if (Math.min(bright.count, dark.count) === 1)
    return isMiddle === bright.level >= dark.level
      ? _("The middle (%(more)s) is brighter than around it (%(less)s):", levels)
      : _("The middle (%(less)s) is darker than around it (%(more)s):", levels);
  return bright.level >= dark.level
    ? _("Brighter under the positive weights (%(more)s) than under the negative (%(less)s):", levels)
    : _("Darker under the positive weights (%(less)s) than under the negative (%(more)s):", levels);
}

function alike(bright, dark, isDirected) {
  const levels = { one: number(bright.level, 0), other: number(dark.level, 0) };
  return isDirected
    ? _("Both sides are nearly alike (%(one)s and %(other)s):", levels)
    : _("All nearly alike here (%(one)s and %(other)s):", levels);
}

function standsOut(gap) {
  return Math.abs(gap) < CLEAR ? _("it stands out a little") : _("it stands out");
}

/** Words for the two ends of a way: [where it begins, where it ends], or null where there is none. */
function direction(down, across) {
  if (Math.hypot(down, across) < 0.35) return null;
  const isLevel = Math.abs(across) > 2 * Math.abs(down);
  const isUpright = Math.abs(down) > 2 * Math.abs(across);
  const places = [_("on the left"), _("on the right"), _("above"), _("below")];
  const corners = [_("at the upper left"), _("at the lower right"), _("at the lower left"), _("at the upper right")];
  const [back, ahead] = isLevel
    ? [places[0], places[1]]
    : isUpright
      ? [places[2], places[3]]
      : down * across > 0
        ? [corners[0], corners[1]]
        : [corners[2], corners[3]];
  const isForward = isUpright ? down > 0 : across > 0;
  return isForward ? [back, ahead] : [ahead, back];
}

function center(rows) {
  return [(rows.length - 1) >> 1, (rows[0].length - 1) >> 1];
}

function middleOf(rows) {
  const [row, column] = center(rows);
  return rows[row][column];
}
