// The first layer's kernels, each beside the classic kernel it is most like, and the way to the convolution page.

import { readFilters } from "../api.js";
import "../shared/kernel-swatch.js";
import { SEEN, linkTo } from "../shared/address.js";
import { h } from "../shared/dom.js";
import { fixed, number, percent } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { layerTitle } from "../shared/layers.js";
import { largest } from "../shared/sign.js";
import { part } from "../rooms/part.js";
import { isOpen } from "./folds.js";

const FIRST_SHOWN = 16;
const LARGEST_SIDE = 7; // as far as the convolution page goes
const $ = (selector) => document.querySelector(selector);

export function connectFilters(page) {
  return part(page, {
    show: () => showRow(page),
    question: () => {
      const first = firstOf(page);
      return first && isOpen("#filters-card") ? { model: page.model.name, layer: first.name } : null;
    },
    answer: async ({ layer }, isNewest) => {
      const filters = await readFilters(page.model.name, layer);
      if (isNewest()) show(page, layer, filters);
    },
  });
}

/** The first layer that has kernels, once the maps are there. */
function firstOf({ maps }) {
  return maps?.layers.find(({ role }) => role === "kernels") ?? null;
}

function showRow(page) {
  const first = firstOf(page);
  $("#filters-card").hidden = !first;
  if (!first) return;
  $("#filters-value").textContent = _("%(count)s kernels of %(layer)s", {
    count: number(first.shape[0]),
    layer: layerTitle(first.name),
  });
}

function show(page, layer, { kernels, likeness, random_likeness: random }) {
  $("#likeness").replaceChildren();
  $("#more-likeness").hidden = true;
  $("#filters-fact").textContent = _("This network's first kernels have no classic ones of their size beside them.");
  if (!kernels || !likeness?.length) return;
  $("#filters-fact").textContent = random
    ? _("cosine similarity; random kernels reach %(mean)s ± %(sd)s", {
        mean: number(random.mean, 2),
        sd: number(random.sd, 2),
      })
    : "";
  const limit = largest(kernels.flat(2));
  const sorted = [...likeness].sort((one, other) => Math.abs(other.similarity) - Math.abs(one.similarity));
  const items = sorted.map((like) => item(page, layer, kernels[like.channel], like, limit));
  $("#likeness").replaceChildren(...items.slice(0, FIRST_SHOWN));
  $("#more-likeness").hidden = items.length <= FIRST_SHOWN;
  $("#more-likeness").onclick = () => {
    $("#likeness").append(...items.slice(FIRST_SHOWN));
    $("#more-likeness").hidden = true;
  };
}

function item(page, layer, inputs, { channel, kernel: name, similarity, beats }, limit) {
  const classic = page.kernels.find((kernel) => kernel.name === name);
  const swatch = (matrix, most) => document.createElement("kernel-swatch").show(matrix, most);
  const open = () => page.open({ layer, channel });
  return h(
    "li",
    {},
    h("button", { type: "button", class: "linklike", onclick: open }, _("map %(number)s", { number: channel + 1 })),
    h(
      "div",
      { class: "planes" },
      inputs.map((matrix, index) => plane(page, matrix, index, inputs.length, swatch(matrix, limit))),
    ),
    classic
      ? h("div", { class: "classic" }, swatch(classic.matrix), h("span", { class: "small" }, classic.title))
      : null,
    h(
      "span",
      {
        class: "figure similarity",
        title: beats === undefined ? null : _("more alike than %(share)s of random kernels", { share: percent(beats) }),
      },
      fixed(similarity, 2),
    ),
  );
}

/** One input's kernel, as a link that applies it on the convolution page. */
function plane(page, matrix, index, count, swatch) {
  const name = count === 3 ? [_("red"), _("green"), _("blue")][index] : _("gray");
  if (matrix.length > LARGEST_SIDE) return h("figure", {}, swatch, h("figcaption", {}, name));
  const label = _("Try this learned kernel (%(input)s) on the convolution page", { input: name });
  return h(
    "a",
    { href: bridge(page, matrix, index), title: label, "aria-label": label },
    swatch,
    h("span", { "aria-hidden": "true" }, name),
  );
}

/**
 * The convolution page with this kernel and what the network sees. There levels are 0 to 255, here
 * (level / 255 - mean) / std: the divisor and the offset make up for it, so that the numbers are the network's own.
 */
function bridge({ model }, matrix, channel) {
  const [mean, std] = [model.preparation?.mean[channel] ?? 0, model.preparation?.std[channel] ?? 1];
  const sum = matrix.flat().reduce((total, weight) => total + weight, 0);
  const step = { matrix, divisor: 255 * std, offset: (-mean / std) * sum, border: "valid" };
  const size = Math.max(...model.input.slice(1));
  const query = { sample: SEEN, size, display: "signed", steps: JSON.stringify([step]) };
  return linkTo("convolution", query);
}
