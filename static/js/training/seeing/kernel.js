// One kernel closely: its numbers now and at the random start, how far it moved, and the way to the convolution page.

import { readModel } from "../../api.js";
import "./way-line.js";
import "../builder/weight-table.js";
import { SEEN, linkTo } from "../../shared/address.js";
import { h } from "../../shared/dom.js";
import { number, percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle, layerTitle } from "../../shared/layers.js";
import { distance, largestOf, norm, toRows } from "./snapshots.js";
import { connectCloserTime } from "./closer.js";
import { momentOf, momentTitle, momentsOf, unpackKernels } from "./moment.js";

const LARGEST_SIDE = 7; // as far as the convolution page goes
const $ = (selector) => document.querySelector(selector);

export function connectKernel(page) {
  const dialog = $("#kernel-closer");
  const time = connectCloserTime(page, dialog);
  let [index, preparation, asked] = [0, null, null];

  const refresh = async () => {
    if (!dialog.open) return;
    time.refresh();
    const stage = page.onStage;
    const snapshot = momentOf(stage);
    if (!snapshot) return dialog.close();
    const moments = momentsOf(stage);
    const all = await Promise.all(moments.map(unpackKernels));
    const now = all[moments.indexOf(snapshot)];
    if (!now.kernels?.[index] || momentOf(page.onStage) !== snapshot) return;
    show(stage, { snapshot, now, start: all[0], index, preparation });
    showWay(
      all.map(({ kernels }) => kernels[index]),
      moments.indexOf(snapshot),
    );
  };
  const learnPreparation = async () => {
    const model = page.run?.model;
    if (!model || asked === model) return;
    asked = model;
    await page.attempt(async () => ({ preparation } = await readModel(model)), learnPreparation);
    await refresh();
  };
  const go = async (by) => {
    const { kernels } = await unpackKernels(momentOf(page.onStage));
    index = (index + by + kernels.length) % kernels.length;
    await refresh();
  };
  $("#kernel-before").addEventListener("click", () => go(-1));
  $("#kernel-after").addEventListener("click", () => go(1));
  return {
    refresh,
    open(at) {
      index = at;
      dialog.showModal();
      refresh();
      learnPreparation();
    },
  };
}

function show(page, { snapshot, now, start, index, preparation }) {
  const planes = now.kernels[index];
  const first = start.kernels?.[index] ?? planes;
  const limit = largestOf([...planes, ...first]);
  $("#kernel-title").textContent = _("Kernel %(number)s of %(layer)s", {
    number: index + 1,
    layer: layerTitle(now.layer),
  });
  $("#kernel-fact").textContent = momentTitle(page, snapshot);
  $("#kernel-planes").replaceChildren(
    ...planes.map((plane, channel) =>
      figure(page, { plane, start: first[channel], channel, count: planes.length, limit, preparation }),
    ),
  );
  $("#kernel-moved").textContent = movedSentence(distance(planes, first), norm(first), snapshot);
  $("#kernel-exact").textContent = _("Numbers are read from the picture of the kernels: right to ±%(step)s.", {
    step: number(now.limit / 254, 4),
  });
  if (planes[0].width > LARGEST_SIDE)
    $("#kernel-exact").textContent += ` ${_("It is too large to be tried on the convolution page.")}`;
  else if (!preparation)
    $("#kernel-exact").textContent += ` ${_("It can be tried on the convolution page once there is a checkpoint.")}`;
}

/** How far it has moved from its random start, at every moment. */
function showWay(kernels, at) {
  const way = kernels.map((planes) => distance(planes, kernels[0]));
  $("#kernel-way").show(way, at);
  $("#kernel-way-now").textContent = _("moved %(way)s", { way: number(way[at], 2) });
}

function movedSentence(way, length, { number: at }) {
  if (at === 0)
    return _("This is the random start: a kernel of length %(length)s that has learned nothing yet.", {
      length: number(length, 2),
    });
  return _("It has moved %(way)s from its random start, which was %(length)s long: %(share)s of its length.", {
    way: number(way, 2),
    length: number(length, 2),
    share: percent(length > 0 ? way / length : 0),
  });
}

function figure(page, { plane, start, channel, count, limit, preparation }) {
  const name = channelTitle({ type: "input", shape: [count] }, channel);
  const table = (rows) => document.createElement("weight-table").show(rows, limit);
  const rows = toRows(plane);
  const label = _("Try the part for %(input)s on the convolution page", { input: name });
  const link =
    preparation && rows.length <= LARGEST_SIDE
      ? h(
          "a",
          { class: "small", href: bridge(page, preparation, rows, channel), title: label, "aria-label": label },
          _("Try it"),
        )
      : null;
  return h(
    "figure",
    {},
    h("figcaption", {}, h("strong", {}, name), link),
    table(rows),
    h("div", { class: "was" }, h("span", { class: "small soft" }, _("at the random start")), table(toRows(start))),
  );
}

/**
 * The convolution page with this part of the kernel and what the network sees. There levels are 0 to 255, here
 * (level / 255 - mean) / std: the divisor and the offset make up for it. More decimals would not be true, nor fit
 * their fields.
 */
function bridge({ run }, { mean, std }, matrix, channel) {
  const sum = matrix.flat().reduce((total, weight) => total + weight, 0);
  const rounded = (value) => Number(value.toFixed(4));
  const offset = Number(((-mean[channel] / std[channel]) * sum).toFixed(3));
  const step = {
    matrix: matrix.map((row) => row.map(rounded)),
    divisor: Number((255 * std[channel]).toFixed(2)),
    offset,
    border: "valid",
  };
  const size = Math.max(...run.network.input.slice(1));
  const query = { sample: SEEN, size, display: "signed", steps: JSON.stringify([step]) };
  return linkTo("convolution", query);
}
