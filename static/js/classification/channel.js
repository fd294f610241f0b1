// What a channel looks for: the patches that excite it most, a picture made for it, how selective it is.

import { readChannel, readMaximization } from "../api.js";
import { h } from "../shared/dom.js";
import { fixed, number } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { channelTitle, classTitle, datasetTitle } from "../shared/layers.js";
import { loadImage } from "../shared/pixels.js";
import { titleOf } from "./columns/column.js";
import { part } from "../rooms/part.js";
import { isOpen } from "./folds.js";

const PATCHES = 9;
const $ = (selector) => document.querySelector(selector);

export function connectChannel(page) {
  const channel = part(page, {
    question: () => asked(page),
    answer: async (place, isNewest) => {
      wait();
      const answer = await readChannel(page.model.name, place.layer, place.channel).catch((error) => {
        if (isNewest()) fail();
        throw error;
      });
      const sheet = answer.patches && (await loadImage(answer.patches));
      if (!isNewest()) return;
      show(answer, sheet);
      if (answer.maximization) return;
      const { picture } = await readMaximization(page.model.name, place.layer, place.channel);
      if (isNewest()) showDream(picture);
    },
  });
  $("#channel-again").addEventListener("click", () => channel.again());
  return channel;
}

/** Empty places where the pictures will be: those of another map must not stand under this one's name. */
function wait() {
  $("#channel-card").setAttribute("aria-busy", "true");
  $("#channel-state").textContent = _(
    "Computing: its patches are looked for. The first map of a network takes some seconds.",
  );
  $("#channel-again").hidden = true;
  $("#patches").replaceChildren(...Array.from({ length: PATCHES }, () => h("span", { class: "blank" })));
  $("#dream").hidden = true;
  for (const text of ["#patches-note", "#dream-note", "#selectivity"]) $(text).textContent = "";
}

function fail() {
  $("#channel-card").removeAttribute("aria-busy");
  $("#channel-state").textContent = _("This could not be computed.");
  $("#channel-again").hidden = false;
  $("#patches").replaceChildren();
}

/** The convolution that the open map comes from: an activation or a pool looks for what its convolution looks for. */
function asked(page) {
  let layer = page.layer(page.state.layer);
  const channel = page.state.channel ?? 0;
  while (layer && layer.role !== "kernels" && layer.shape.length === 3 && layer.role !== "input")
    layer = page.layer(layer.from[0]);
  const isConvolution = layer?.role === "kernels" && channel < layer.shape[0];
  $("#channel-card").hidden = !isConvolution && Boolean(layer);
  if (isConvolution)
    $("#channel-title").textContent = _("What excites %(map)s of %(layer)s", {
      map: channelTitle(layer, channel, page.model.classes),
      layer: titleOf(page, layer.name),
    });
  $("#channel-value").textContent = layer ? _("nine patches, and a picture made for it") : _("click a map first");
  $("#channel-first").hidden = Boolean(layer);
  return isConvolution && isOpen("#channel-card") ? { model: page.model.name, layer: layer.name, channel } : null;
}

function show(
  { maximization, selectivity, patch_values: values, patch_labels: labels, source, looked_at: count },
  sheet,
) {
  $("#channel-card").removeAttribute("aria-busy");
  $("#channel-state").textContent = "";
  $("#patches").replaceChildren(
    ...(sheet
      ? cut(sheet, values ?? [], labels ?? [])
      : [h("p", { class: "small soft" }, _("Its patches have not been looked for yet."))]),
  );
  $("#patches-note").textContent = sheet ? found(source, count) : "";
  if (maximization) showDream(maximization);
  else $("#dream-note").textContent = _("A picture that excites it is being made: some seconds.");
  $("#selectivity").textContent = selectivity ? selective(selectivity) : "";
}

function showDream(picture) {
  Object.assign($("#dream"), { hidden: false, src: picture, alt: _("A picture made to excite this map") });
  $("#dream-note").textContent = _("A picture made to excite it, by gradient ascent from noise");
}

/** Where the patches were looked for. */
function found(source, count) {
  if (source === "photographs")
    return _("The patches that excite it most, of %(count)s cut from the sample photographs.", {
      count: number(count),
    });
  return _("The patches that excite it most, of %(count)s pictures of %(source)s.", {
    count: number(count),
    source: datasetTitle(source),
  });
}

/** The sheet of patches, stacked downwards, as single pictures; there may be fewer than nine. */
function cut(sheet, values, labels) {
  const [width, height] = [sheet.naturalWidth, sheet.naturalHeight / PATCHES];
  return Array.from({ length: values.length || PATCHES }, (_value, index) => {
    const label = labels[index] ? classTitle(labels[index]) : _("Patch %(number)s", { number: index + 1 });
    const title = values.length ? `${label}: ${number(values[index], 2)}` : label;
    const canvas = h("canvas", { width, height, role: "img", "aria-label": title, title });
    canvas.getContext("2d").drawImage(sheet, 0, index * height, width, height, 0, 0, width, height);
    return canvas;
  });
}

function selective({ orientation, orientation_index: tilt, class: label, class_index: share }) {
  const facts = [];
  if (tilt !== null && tilt !== undefined)
    facts.push(
      _("Selective for orientation: %(index)s of 1, most for lines at %(angle)s°.", {
        index: fixed(tilt, 2),
        angle: number(orientation, 0),
      }),
    );
  if (share !== null && share !== undefined)
    facts.push(
      _("Selective for a class: %(index)s of 1, most for %(label)s.", {
        index: fixed(share, 2),
        label: classTitle(label),
      }),
    );
  return facts.join(" ");
}
