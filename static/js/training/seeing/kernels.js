// The first layer's kernels at the moment that is shown; one of them can be looked at closely.

import "./kernel-wall.js";
import "../../shared/range-scale.js";
import { _ } from "../../shared/i18n.js";
import { layerTitle } from "../../shared/layers.js";
import { largestOf, summed } from "./snapshots.js";
import { present } from "../../shared/theme.js";
import { connectKernel } from "./kernel.js";
import { emptySentence, momentOf, momentTitle, unpackKernels } from "./moment.js";

const FIRST_SHOWN = 16;
const BEFORE = _(
  "Press Start: the first layer's kernels will appear here, at random at first, and change as the network learns.",
);
const $ = (selector) => document.querySelector(selector);

export function connectKernels(page) {
  const closer = connectKernel(page);
  const view = { look: "sum", showsAll: false, drawn: null };
  const refresh = async () => {
    const stage = page.onStage;
    const snapshot = momentOf(stage);
    $("#kernels-body").hidden = !snapshot?.kernels;
    $("#kernels-empty").hidden = Boolean(snapshot?.kernels);
    $("#kernels-fact").textContent = snapshot ? momentTitle(stage, snapshot) : "";
    if (!snapshot?.kernels)
      $("#kernels-empty").textContent = snapshot
        ? _("This network does not begin with a convolution: it has no kernels to look at.")
        : emptySentence(stage, BEFORE);
    else await show(snapshot);
  };
  const show = async (snapshot) => {
    const moment = await unpackKernels(snapshot);
    if (momentOf(page.onStage) !== snapshot) return;
    draw(moment, view);
    closer.refresh();
  };
  $("#kernels-look").addEventListener("change", ({ target }) => {
    view.look = target.value;
    refresh();
  });
  $("#kernels-more").addEventListener("click", () => {
    view.showsAll = true;
    refresh().then(() => $("#kernels").children[FIRST_SHOWN]?.focus());
  });
  $("#kernels").addEventListener("kernel", ({ detail }) => closer.open(detail));
  document.addEventListener("theme", () => refresh());
  return { refresh };
}

function draw({ kernels, layer, limit, total }, view) {
  const look = kernels[0].length === 1 ? "sum" : view.look;
  const key = [kernels, look, view.showsAll, present()];
  if (view.drawn && key.every((part, index) => part === view.drawn[index])) return;
  view.drawn = key;
  const end = look === "sum" ? largestOf(kernels.map(summed)) : limit;
  $("#kernels-look").hidden = kernels[0].length !== 3;
  for (const radio of document.querySelectorAll("[name=kernels-look]")) radio.checked = radio.value === look;
  $("#kernels").show(view.showsAll ? kernels : kernels.slice(0, FIRST_SHOWN), look, end);
  $("#kernels-scale").hidden = look === "color";
  $("#kernels-scale").show("soft", [-end, 0, end]);
  $("#kernels-more").hidden = view.showsAll || kernels.length <= FIRST_SHOWN;
  $("#kernels-more").textContent = _("+ %(count)s more", { count: kernels.length - FIRST_SHOWN });
  $("#kernels-note").textContent = `${layerTitle(layer)} · ${note(look, kernels[0].length)}`;
  if (view.showsAll && total > kernels.length)
    $("#kernels-note").textContent += " " + _("The first %(count)s of %(total)s.", { count: kernels.length, total });
}

function note(look, channels) {
  if (channels === 1) return _("what each kernel weighs of the gray picture");
  if (look === "sum") return _("red, green and blue added up: what each kernel does to a gray picture");
  if (look === "channels") return _("what each kernel weighs of red, green and blue");
  return _("each kernel as a picture: gray is zero, a color is what it looks for");
}
