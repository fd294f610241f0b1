// The weights of the open number as buttons: a kernel's cells, a dense unit's weights, gamma and beta, the bias.

import { h } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { enterAt, rove } from "../../shared/roving.js";
import { tint } from "../../shared/sign.js";
import { pickedOf } from "../making/terms.js";
import { scaled } from "./choice.js";

const MOST = 12; // weights of a dense unit that are offered: those whose products are largest

/** The weights that are offered of what is explained: [{weight: the fields of the question, value, title}]. */
export function weightsOf(page) {
  const { explained, model } = page;
  const own = { layer: explained.layer, channel: explained.channel };
  if (explained.role === "normalize")
    return ["gamma", "beta"].map((parameter) => ({
      weight: { ...own, parameter },
      value: explained[parameter],
      title: parameter === "gamma" ? "γ" : "β",
    }));
  const cells = explained.role === "weigh" ? denseCells(own, explained) : kernelCells(page, own);
  const { use_bias: hasBias } = model.layers.find(({ name }) => name === explained.layer);
  const bias = { weight: { ...own, parameter: "bias" }, value: explained.bias, title: _("bias") };
  return hasBias === false ? cells : [...cells, bias];
}

/** Draws them into `place`; `choose` is called with the one that is pressed. */
export function showWeights(place, weights, chosen, choose) {
  const limit = scaled(weights).reduce((most, { value }) => Math.max(most, Math.abs(value)), 0);
  const hadFocus = place.contains(document.activeElement);
  const columns = columnsOf(weights);
  const tiles = weights.map((entry) => tile(entry, entry === chosen, limit, choose));
  place.style.setProperty("--columns", columns);
  place.onkeydown = (event) => rove(event, tiles, columns);
  place.replaceChildren(...tiles);
  const current = tiles[weights.indexOf(chosen)];
  enterAt(tiles, current);
  if (hadFocus) current.focus();
}

function tile({ weight, value, title }, isChosen, limit, choose) {
  const button = h(
    "button",
    {
      type: "button",
      class: "cell",
      "aria-pressed": String(isChosen),
      "aria-label": `${title}: ${number(value, 3)}`,
      title,
    },
    number(value, 2),
  );
  button.addEventListener("click", () => choose(weight));
  return tint(button, value, limit);
}

/** A kernel is drawn as it is: as many in a row as it is wide; others in rows of six. */
function columnsOf(weights) {
  const width = 1 + Math.max(...weights.map(({ weight }) => weight.x ?? -1));
  return width || Math.min(weights.length, 6);
}

function kernelCells(page, own) {
  const source = pickedOf(page);
  const { kernel } = page.explained.inputs.find(({ channel }) => channel === source);
  return kernel.flatMap((row, y) =>
    row.map((value, x) => ({
      weight: { ...own, parameter: "weight", source, x, y },
      value,
      title: _("row %(row)s, column %(column)s", { row: y, column: x }),
    })),
  );
}

function denseCells(own, { inputs }) {
  return inputs.slice(0, MOST).map(({ index, weight }) => ({
    weight: { ...own, parameter: "weight", source: index },
    value: weight,
    title: _("unit %(number)s", { number: index + 1 }),
  }));
}
