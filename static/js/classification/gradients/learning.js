// "How it would learn": one weight's gradient for this photo, product by product; a step along it, and what it does.

import { explainGradient } from "../../api.js";
import { h } from "../../shared/dom.js";
import { number, plain, short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { channelTitle, classTitle, layerTitle } from "../../shared/layers.js";
import { part } from "../../rooms/part.js";
import { chosenOf } from "./choice.js";
import { showWeights, weightsOf } from "./picker.js";
import { differenceLine, gradientLine, lossLine, stepLine } from "./lines.js";
import { showChain } from "./chain.js";
import { showMaps } from "./product-maps.js";

const LEARNING = ["kernels", "weigh", "normalize"]; // roles of layers that have weights
const $ = (selector) => document.querySelector(selector);

export function connectLearning(page) {
  const view = { weight: null, label: null, rate: Number($("#learning-rate").value) };
  const refresh = () => page.change({});
  $("#learning").addEventListener("toggle", refresh);
  for (const option of $("#learning-rate").options) option.textContent = number(Number(option.value), 3);
  $("#learning-rate").addEventListener("change", ({ target }) => {
    view.rate = Number(target.value);
    refresh();
  });
  $("#learning-label").addEventListener("change", ({ target }) => {
    view.label = target.value;
    refresh();
  });
  return part(page, {
    show: () => showChoices(page, view),
    question: () => asked(page, view),
    answer: async ({ key: _key, model, ...fields }, isNewest) => {
      $("#learned").setAttribute("aria-busy", "true");
      try {
        const answer = await explainGradient(model, page.source, { ...page.pictureFields, ...fields });
        const isThere = isNewest() && hasWeights(page) && page.model.name === model;
        if (isThere) await showLearned(page, answer);
      } finally {
        $("#learned").removeAttribute("aria-busy");
      }
    },
  });
}

/** What is asked, once the part is open and a layer with weights lies before it. */
function asked(page, view) {
  if (!$("#learning").open || !hasWeights(page) || !view.weight) return null;
  return {
    key: page.pictureKey,
    model: page.model.name,
    ...view.weight,
    label: labelOf(page, view),
    learning_rate: view.rate,
  };
}

function hasWeights({ explained }) {
  return Boolean(explained) && LEARNING.includes(explained.role);
}

/** What was chosen here, else the class that one looks at, else the answer. */
function labelOf({ model, answer, state }, view) {
  const wanted = [view.label, state.label].find((label) => model.classes.includes(label));
  return wanted ?? answer?.predictions[0].label ?? model.classes[0];
}

function showChoices(page, view) {
  $("#learning-fact").textContent = page.explained ? _("one weight's gradient, one step") : _("click a map first");
  if (!page.explained) return showNothing();
  const options = page.model.classes.map((label) => h("option", { value: label }, classTitle(label)));
  if ($("#learning-label").dataset.model !== page.model.name) $("#learning-label").replaceChildren(...options);
  $("#learning-label").dataset.model = page.model.name;
  $("#learning-label").value = labelOf(page, view);
  $("#learning-body").hidden = !hasWeights(page);
  $("#learning-elsewhere").hidden = hasWeights(page);
  if (hasWeights(page)) showChoice(page, view);
  else showElsewhere(page);
  return undefined;
}

function showNothing() {
  $("#learning-body").hidden = true;
  $("#learning-elsewhere").hidden = false;
  $("#learning-elsewhere").textContent = _("Click a map in the network first.");
}

function showChoice(page, view) {
  const weights = weightsOf(page);
  const chosen = chosenOf(weights, view.weight);
  view.weight = chosen.weight;
  showWeights($("#learning-weights"), weights, chosen, (weight) => {
    view.weight = weight;
    page.change({});
  });
}

/** A layer without weights: the way to the one before it that has some. */
function showElsewhere(page) {
  const { channel } = page.explained;
  let layer = page.layer(page.explained.layer);
  while (layer && !LEARNING.includes(layer.role)) layer = page.layer(layer.from[0]);
  const open = () => page.open({ layer: layer.name, channel: Math.min(channel, layer.maps.length - 1) });
  $("#learning-elsewhere").replaceChildren(
    _("This layer has no weights."),
    " ",
    ...(layer
      ? [
          h(
            "button",
            { type: "button", class: "linklike", onclick: open },
            _("Go to %(layer)s", { layer: layerTitle(layer.name) }),
          ),
        ]
      : []),
  );
}

async function showLearned(page, answer) {
  const layer = page.layer(answer.layer);
  const map = channelTitle(layer, answer.channel, page.model.classes);
  $("#learning-lead").textContent = _(
    "How the loss of “%(label)s” on this photo changes with this weight of %(map)s, %(layer)s:",
    {
      label: classTitle(answer.label),
      map,
      layer: layerTitle(layer.name),
    },
  );
  $("#learning-gradient").textContent = short(answer.gradient, 4);
  $("#learning-gradient").dataset.value = plain(answer.gradient);
  $("#learning-products").textContent = gradientLine(answer);
  $("#learning-step").textContent = stepLine(answer);
  $("#learning-loss").textContent = lossLine(answer);
  $("#learning-difference").textContent = differenceLine(answer);
  await showMaps($("#learning-maps"), answer.maps, answer.parameter);
  showChain($("#learning-chain"), page, answer.chain);
}
