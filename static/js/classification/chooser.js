// Which network is looked into, and what is known of it.

import { modelFileAddress } from "../api.js";
import "./model-cards.js";
import { factsOf, sentenceOf } from "./model-facts.js";

const $ = (selector) => document.querySelector(selector);

export function connectChooser(page) {
  $("#network-cards").cards = byKnowledge(page.models);
  $("#network-cards").addEventListener("model", ({ detail }) => {
    $("#networks").removeAttribute("open");
    page.choose(detail);
  });
  $("#scale").addEventListener("change", ({ target }) => page.change({ scale: target.value }));
  return { refresh: () => refresh(page) };
}

/** Networks, those that know most classes first. */
export function byKnowledge(models) {
  return models.toSorted((one, other) => other.classes.length - one.classes.length);
}

function refresh({ model, state }) {
  $("#network-name").textContent = model.title ?? model.name;
  $("#network-cards").chosen = model.name;
  for (const file of ["weights", "onnx"]) $(`#model-${file}`).href = modelFileAddress(model.name, file);
  for (const radio of document.querySelectorAll("[name=scale]")) radio.checked = radio.value === state.scale;
  $("#about-value").textContent = sentenceOf(model);
  if ($("#model-facts").dataset.model === model.name) return;
  $("#model-facts").replaceChildren(...factsOf(model));
  $("#model-facts").dataset.model = model.name;
}
