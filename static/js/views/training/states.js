// Prepared states, each a link with all of its settings: some that fail, and say why, and some that work.

import { h } from "../../lib/dom.js";
import { datasetTitle } from "../../lib/layers.js";

const $ = (selector) => document.querySelector(selector);

export function connectStates(page) {
  for (const kind of ["fails", "works"]) {
    const recipes = page.recipes.filter((recipe) => recipe.kind === kind && isThere(page, recipe));
    $(`#states-${kind}`).replaceChildren(...recipes.map((recipe) => h("li", {}, link(page, recipe))));
  }
  $("#states-card").hidden = !page.recipes.some(({ kind }) => kind !== "start");
  return { refresh() {} };
}

/** A recipe on a data set that is not on this server cannot be opened. */
function isThere({ datasets }, { dataset }) {
  return datasets.some(({ name, available }) => name === dataset && available);
}

function link(page, recipe) {
  return h("a", { href: page.link(recipe) }, h("strong", {}, recipe.title), h("span", { class: "small" }, recipe.why), h("span", { class: "fact" }, datasetTitle(recipe.dataset)));
}
