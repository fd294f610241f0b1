// What the open step does to this picture, in words, for whoever does not see the result: what it is for, how strong it
// gets and where. It claims nothing that was not counted.

import { findName } from "./address.js";
import { stepNote } from "./notes.js";
import { shareOf, strongest } from "./stage/strongest.js";
import { number, percent } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { complete } from "../shared/steps.js";
import { summarize } from "../shared/summary.js";

const VISIBLE = 8; // levels that a pixel has to change by for anybody to see it

export function connectInWords(page) {
  const card = document.querySelector("#result-card");
  let told = [];
  return {
    settle() {
      const now = [page.result, page.state.steps, page.state.channel];
      if (!page.result || now.every((part, index) => part === told[index])) return;
      told = now;
      summarize(card, inWords(page));
    },
  };
}

function inWords(page) {
  return page.step.type === "convolution"
    ? `${meaning(page)} ${page.isPicture ? change(page) : strength(page)}`
    : stepNote(page.step);
}

function meaning({ step, kernels }) {
  const known = kernels.find(({ name }) => name === findName(step, kernels));
  if (known && step.flip) return _("%(kernel)s, flipped.", { kernel: known.title });
  if (known) return `${known.title}. ${known.description}`;
  const total = step.matrix.flat().reduce((sum, weight) => sum + weight, 0) / step.divisor;
  return _("Your own kernel: an even area is multiplied by %(sum)s.", { sum: number(total) });
}

function strength(page) {
  const [input, step, result] = planes(page);
  const place = strongest(input, step, result, false);
  const value = result.data[place.y * result.width + place.x];
  if (value === 0) return _("Here the result is 0 everywhere.");
  const share = percent(shareOf(input, step, result, false, Math.abs(value) / 2));
  const places = { value: number(value), ...spot(place), share };
  return _(
    "Leaving out the border, its strongest value is %(value)s, at row %(row)s, column %(column)s; %(share)s of the values are at least half as strong.",
    places,
  );
}

function change(page) {
  const [input, step, result] = planes(page);
  const share = shareOf(input, step, result, true, VISIBLE);
  if (share === 0) return _("Leaving out the border, no pixel changes by %(levels)s levels.", { levels: VISIBLE });
  const place = strongest(input, step, result, true);
  const places = { share: percent(share), levels: VISIBLE, ...spot(place) };
  return _(
    "Leaving out the border, %(share)s of the pixels change by %(levels)s levels or more, most at row %(row)s, column %(column)s.",
    places,
  );
}

function spot({ x, y }) {
  return { row: y, column: x };
}

/** Picture, step and result of the channel that is explained. */
function planes({ input, step, result, state }) {
  const channel = Math.min(state.channel, input.channels - 1);
  return [plane(input, channel), complete(step), plane(result, channel)];
}

function plane({ data, width, height }, channel) {
  const size = width * height;
  return { data: data.subarray(channel * size, (channel + 1) * size), width, height, channels: 1 };
}
