// Prepared states, each a link with all of its settings: some that fail, and say why, and some that work.

import { h } from "../../lib/dom.js";
import { datasetTitle } from "../../lib/layers.js";

const $ = (selector) => document.querySelector(selector);

export function connectStates(page) {
  const there = page.recipes.filter((recipe) => recipe.kind !== "start" && isThere(page, recipe));
  const fails = there.filter(({ kind }) => kind === "fails");
  const works = there.filter(({ kind }) => kind === "works").sort((one, other) => placeOf(one, fails) - placeOf(other, fails));
  $("#states-fails").replaceChildren(...fails.map((recipe) => h("li", {}, link(page, recipe))));
  $("#states-works").replaceChildren(...works.map((recipe) => h("li", {}, link(page, recipe))));
  $("#states-card").hidden = there.length === 0;
  return { refresh() {} };
}

/** What works stands beside what it cures; what cures nothing comes last. */
function placeOf({ name, beside }, fails) {
  const place = fails.findIndex((recipe) => recipe.name === beside || recipe.beside === name);
  return place < 0 ? fails.length : place;
}

/** A recipe on a data set that is not on this server cannot be opened. */
function isThere({ datasets }, { dataset }) {
  return datasets.some(({ name, available }) => name === dataset && available);
}

function link(page, recipe) {
  return h("a", { href: page.link(recipe) }, h("strong", {}, recipe.title), h("span", { class: "small" }, recipe.why), h("span", { class: "fact" }, datasetTitle(recipe.dataset)));
}
