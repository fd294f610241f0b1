// Experiments, each a link with all of its settings: some that fail, and say why, beside those that work.

import { linkTo } from "../../shared/address.js";
import { h } from "../../shared/dom.js";
import { datasetTitle } from "../../shared/layers.js";
import { _ } from "../../shared/i18n.js";

const $ = (selector) => document.querySelector(selector);

export function connectStates(page) {
  const there = page.recipes.filter((recipe) => recipe.kind !== "start" && isThere(page, recipe));
  $("#prepared").replaceChildren(
    ...rowsOf(there).map(([fails, works]) =>
      h(
        "li",
        { class: "prepared-row" },
        h("div", {}, fails && link(fails)),
        h(
          "div",
          { class: "cures" },
          works.map((recipe) => link(recipe)),
        ),
      ),
    ),
  );
  return { refresh() {} };
}

/** A recipe on a data set that is not on this server cannot be opened. */
function isThere({ datasets }, { dataset }) {
  return datasets.some(({ name, available }) => name === dataset && available);
}

/** [what fails, what works beside it]; each once, and at the end what cures nothing of these. */
function rowsOf(recipes) {
  const works = new Set(recipes.filter(({ kind }) => kind === "works"));
  const rows = recipes
    .filter(({ kind }) => kind === "fails")
    .map((fails) => {
      const beside = [...works].filter(({ name, beside: other }) => name === fails.beside || other === fails.name);
      for (const recipe of beside) works.delete(recipe);
      return [fails, beside];
    });
  return works.size ? [...rows, [null, [...works]]] : rows;
}

function link({ kind, title, why, dataset, query }) {
  const sort = h("span", { class: "visually-hidden" }, kind === "fails" ? _("fails:") : _("works:"));
  return h(
    "a",
    { href: linkTo("training", query), class: kind },
    h("strong", {}, sort, " ", title),
    h("span", { class: "small" }, why),
    h("span", { class: "fact" }, datasetTitle(dataset)),
  );
}
