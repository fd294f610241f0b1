// Which network is looked into, what is known of it, and the link to all that.

import { modelFileAddress } from "../api.js";
import "./model-cards.js";
import { OWN } from "../shared/address.js";
import { copyText } from "../shared/clipboard.js";
import { _ } from "../shared/i18n.js";
import { factsOf, sentenceOf } from "./model-facts.js";

const $ = (selector) => document.querySelector(selector);

export function connectChooser(page) {
  $("#network-cards").cards = byKnowledge(page.models);
  $("#network-cards").addEventListener("model", ({ detail }) => {
    $("#networks").removeAttribute("open");
    page.choose(detail);
  });
  $("#scale").addEventListener("change", ({ target }) => page.change({ scale: target.value }));
  $("#copy-link").addEventListener("click", () => copyLink(page));
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

async function copyLink({ state }) {
  const done = await copyText(location.href);
  const told = [state.sample, state.other].includes(OWN) ? _("Copied, without your picture") : _("Copied");
  $("#copy-link").textContent = done ? told : _("Copy it from the address bar");
  setTimeout(() => ($("#copy-link").textContent = _("Copy link")), 1500);
}
