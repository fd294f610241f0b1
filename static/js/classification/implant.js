// A classic kernel in a channel's place: what the network says before and after.

import { classify, readFilters } from "../api.js";
import "../shared/class-bars.js";
import "../shared/kernel-swatch.js";
import { h } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { layerTitle } from "../shared/layers.js";
import { part } from "../rooms/part.js";

const $ = (selector) => document.querySelector(selector);

export function connectImplant(page) {
  let offered = "";
  $("#implant").addEventListener("click", () => page.change({ implant: chosen() }));
  $("#explant").addEventListener("click", () => page.change({ implant: null }));
  $("#implant-layer").addEventListener("change", () => offerPlaces(page));
  const show = () => {
    const key = `${page.model.name} ${page.maps !== null}`;
    if (key !== offered && page.maps) offer(page);
    if (page.maps) offered = key;
    showState(page);
  };
  return part(page, {
    show,
    question: () => page.implantFields(page.state.implant) && { key: page.pictureKey },
    answer: async (_question, isNewest) => {
      const { implant } = page.state;
      const [answer, filters] = await Promise.all([
        classify(page.model.name, page.source, page.pictureFields),
        learned(page, implant),
      ]);
      if (isNewest() && page.state.implant) showSwap(page, implant, answer, filters);
    },
  });
}

function chosen() {
  return {
    layer: $("#implant-layer").value,
    channel: Number($("#implant-channel").value),
    kernel: $("#implant-kernel").value,
  };
}

/** Convolutions, and the kernels that have their size. */
function offer(page) {
  const layers = page.maps.layers.filter(({ role }) => role === "kernels");
  $("#implant-card").hidden = layers.length === 0;
  $("#implant-layer").replaceChildren(...layers.map(({ name }) => h("option", { value: name }, layerTitle(name))));
  if (page.state.implant) $("#implant-layer").value = page.state.implant.layer;
  offerPlaces(page);
}

function offerPlaces(page) {
  const layer = page.layer($("#implant-layer").value);
  if (!layer) return;
  const side = page.model.layers.find(({ name }) => name === layer.name)?.kernel_size ?? 3;
  const [rows, columns] = [side].flat().length === 2 ? side : [side, side];
  const fitting = page.kernels.filter(({ matrix }) => matrix.length === rows && matrix[0].length === columns);
  const { implant } = page.state;
  $("#implant-kernel").replaceChildren(...fitting.map(({ name, title }) => h("option", { value: name }, title)));
  $("#implant-kernel").value = fitting.some(({ name }) => name === implant?.kernel)
    ? implant.kernel
    : (fitting.find(({ name }) => name === "sobel-x") ?? fitting[0])?.name;
  $("#implant-channel").replaceChildren(
    ...Array.from({ length: layer.shape[0] }, (_map, channel) => h("option", { value: channel }, String(channel + 1))),
  );
  if (implant?.layer === layer.name) $("#implant-channel").value = String(implant.channel);
  $("#implant").disabled = fitting.length === 0;
}

function showState(page) {
  const { implant } = page.state;
  const kernel = page.kernels.find(({ name }) => name === implant?.kernel);
  $("#implant-value").textContent = kernel ? kernel.title : _("does the network still know what it sees?");
  for (const selector of ["#explant", "#swap", "#implant-bars"]) $(selector).hidden = !kernel;
  $("#implant-note").hidden = !kernel;
  if (!kernel) return;
  const out = h(
    "button",
    { type: "button", class: "linklike", onclick: () => page.change({ implant: null }) },
    _("Take it out"),
  );
  const text = _("Map %(map)s of %(layer)s now comes from a kernel that you put in: %(kernel)s.", {
    map: implant.channel + 1,
    layer: layerTitle(implant.layer),
    kernel: kernel.title,
  });
  $("#implant-note").replaceChildren(text, " ", out);
}

/** The learned kernel of the channel for its first input, or null where the server does not list it. */
async function learned(page, { layer, channel }) {
  const { kernels } = await readFilters(page.model.name, layer);
  return kernels?.[channel]?.[0] ?? null;
}

function showSwap(page, { channel, kernel: name, layer }, { predictions, before, scale }, old) {
  const kernel = page.kernels.find((entry) => entry.name === name);
  $("#swap-old").parentElement.hidden = !old;
  if (old) $("#swap-old").show(old);
  $("#swap-new").show(kernel.matrix);
  $("#swap-name").textContent = kernel.title;
  $("#swap-fact").textContent =
    scale === undefined
      ? ""
      : _("Scaled by %(scale)s, so that map %(map)s of %(layer)s keeps the strength it had.", {
          scale: number(scale, 3),
          map: channel + 1,
          layer: layerTitle(layer),
        });
  $("#implant-bars").show(predictions, { before, choosable: false });
}
