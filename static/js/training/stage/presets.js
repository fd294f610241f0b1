// Three trainings to begin with, each a recipe: a quick one, one that overfits, and the lecture's.

import { h } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { isSame } from "../builder/differences.js";

const OVERFITS = "few-shapes"; // is through in seconds, and needs no fetching
const LECTURE = "lecture-light";

export function connectPresets(page) {
  const places = [...document.querySelectorAll(".presets")];
  for (const place of places) {
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", _("Trainings to begin with"));
    place.replaceChildren(...presetsOf(page).map((preset) => button(page, preset)));
  }
  return { refresh: () => show(page, places) };
}

/** [{name, title, why, settings}]; the lecture's on drawn shapes where its photos are not on the server. */
function presetsOf(page) {
  const first = page.usual(page.firstDataset);
  const recipe = (name) => page.recipes.find((one) => one.name === name);
  const lecture = recipe(LECTURE);
  const isHere = page.datasets.some(({ name, available }) => name === lecture?.dataset && available);
  const settings = lecture && page.settingsOf(isHere ? lecture : { ...lecture, dataset: page.firstDataset });
  return [
    { name: "quick", title: _("Quick"), settings: first },
    { name: "overfits", title: _("Overfits"), why: recipe(OVERFITS)?.why, settings: page.settingsOf(recipe(OVERFITS)) },
    { name: "lecture", title: _("As in the lecture"), why: lecture?.why, settings },
  ];
}

function button(page, { name, title, why = "", settings }) {
  const take = () => page.change({ ...settings, run: null, compare: [], snapshot: null }, { isEntry: true });
  return h("button", { type: "button", "data-preset-run": name, title: why, onclick: take }, title);
}

function show(page, places) {
  const { dataset, network, training } = page.state;
  const now = { dataset, network, training };
  const pressed = presetsOf(page)
    .filter(({ settings }) => isSame(settings, now))
    .map(({ name }) => name);
  for (const place of places)
    for (const one of place.children) one.setAttribute("aria-pressed", String(pressed.includes(one.dataset.presetRun)));
}
