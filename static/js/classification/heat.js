// Where a class comes from, by four methods, as a heat map over the photo.

import { attribute } from "../api.js";
import { known } from "../shared/class-bars.js";
import "./heat-map.js";
import { h, paint } from "../shared/dom.js";
import { toRgba } from "../shared/display.js";
import { number } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { classTitle } from "../shared/layers.js";
import { centerSquare } from "../shared/framing.js";
import { drawHeat, readSprite } from "../shared/maps.js";
import { readPixels } from "../shared/pixels.js";
import { part } from "../rooms/part.js";
import { isOpen } from "./folds.js";

const NOTES = {
  "grad-cam": _(
    "Grad-CAM: the maps of the last convolution, weighed by how much the class depends on them. Coarse, but about the class.",
  ),
  saliency: _("Saliency: how much the class would change with each pixel. Fine, but noisy."),
  "integrated-gradients": _(
    "Integrated gradients: what each pixel adds on the way from a blank picture to yours; all pixels together add up to the class's score.",
  ),
  occlusion: _("Occlusion: a patch is moved over the picture; rust is where hiding it costs the class most."),
};
const METHOD = "grad-cam";
const MANY = 20; // classes: of more, the list holds those that count, and one is searched among all
const LISTED = 5;
const $ = (selector) => document.querySelector(selector);

export function connectHeat(page) {
  $("#method").addEventListener("change", ({ target }) => page.change({ method: target.value }));
  $("#label").addEventListener("change", ({ target }) => page.change({ label: target.value }));
  $("#label-search").addEventListener("change", ({ target }) => search(page, target));
  if (page.state.label || page.state.method !== METHOD) $("#looked").open = true;
  return part(page, {
    isFollowing: true,
    show: () => showChoices(page),
    question: () =>
      isOpen("#looked") && hasNumbers(page)
        ? { key: page.answer.key, method: page.state.method, label: chosenLabel(page) }
        : null,
    answer: async ({ method, label }, isNewest) => {
      $("#heat").setAttribute("aria-busy", "true");
      try {
        const answer = await attribute(page.model.name, page.source, { ...page.pictureFields, method, label });
        const sprite = await readPixels(answer.heat);
        if (isNewest()) showHeat(page, answer, readSprite(sprite, 1, answer.limit)[0]);
      } finally {
        $("#heat").removeAttribute("aria-busy");
      }
    },
  });
}

/** A class by its name, as it is written or as programs ask by. */
function search(page, field) {
  const typed = field.value.trim().toLocaleLowerCase();
  const found = page.model.classes.find((label) =>
    [label, classTitle(label)].some((name) => name.toLocaleLowerCase() === typed),
  );
  if (!found) return;
  field.value = "";
  page.change({ label: found });
}

/** Whether there is an answer, in numbers. */
function hasNumbers({ answer }) {
  return answer !== null && known(answer.predictions).length > 0;
}

/** The class that is asked about: the chosen one, or the answer. */
function chosenLabel({ state, answer, model }) {
  return model.classes.includes(state.label) ? state.label : answer.predictions[0].label;
}

function showChoices(page) {
  $("#method").value = page.state.method;
  const isThere = !page.answer || hasNumbers(page);
  $("#heat").hidden = !isThere || !isOpen("#looked");
  for (const id of ["heat-scale", "heat-fact", "heat-sum"]) $(`#${id}`).hidden = !isThere;
  $("#heat-note").textContent = isThere
    ? NOTES[page.state.method]
    : _("Where there is no answer, there is nothing to color.");
  if (page.answer) showClasses(page);
}

/** All classes; of many the likeliest and the chosen one, and a search. */
function showClasses(page) {
  const { classes } = page.model;
  const isLong = classes.length > MANY;
  const counting = known(page.answer.predictions).slice(0, LISTED);
  const listed = isLong ? [...new Set([...counting.map(({ label }) => label), chosenLabel(page)])] : classes;
  const option = (label) => h("option", { value: label }, classTitle(label));
  const key = JSON.stringify(listed);
  if ($("#label").dataset.listed !== key) $("#label").replaceChildren(...listed.map(option));
  $("#label").dataset.listed = key;
  $("#label").value = chosenLabel(page);
  $("#label-search").hidden = !isLong;
  if (isLong && $("#all-labels").dataset.model !== page.model.name)
    $("#all-labels").replaceChildren(...classes.map((label) => h("option", { value: classTitle(label) })));
  $("#all-labels").dataset.model = page.model.name;
}

function showHeat(page, { method, label, limit, signed, completeness, milliseconds }, map) {
  const isChanged = page.pictureFields.change !== null || page.answer?.frame.framing === "drawing";
  const base = isChanged ? paint(document.createElement("canvas"), page.seen, page.seen.data) : squareOf(page.photo);
  const text = _("Where %(label)s comes from, by %(method)s", { label: classTitle(label), method });
  $("#heat").show(base, drawHeat(map, limit), text, isChanged);
  $("#heat").dataset.shown = `${method} ${label}`;
  $("#heat-fact").textContent =
    milliseconds === undefined ? "" : `${number(milliseconds, milliseconds < 10 ? 1 : 0)} ms`;
  $("#heat-scale").show(
    signed === false ? "heat-positive" : "heat",
    signed === false ? [0, null, limit] : [-limit, 0, limit],
  );
  $("#heat-sum").textContent = completeness ? sumSentence(completeness) : "";
}

/** That nothing is left over: what the pixels add up to, and the score they should explain. */
function sumSentence({ score, baseline_score: start, total }) {
  return _("All pixels together: %(total)s. The score rises from %(start)s to %(score)s.", {
    total: number(total, 2),
    start: number(start, 2),
    score: number(score, 2),
  });
}

/** The part of the photo that the network is shown, in full size. */
function squareOf(photo) {
  const whole = paint(document.createElement("canvas"), photo, toRgba(photo, "clip"));
  const { x, y, side } = centerSquare(photo);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: side, height: side });
  canvas.getContext("2d").drawImage(whole, x, y, side, side, 0, 0, side, side);
  return canvas;
}
