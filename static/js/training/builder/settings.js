// What a run is made of (data set, network, training): what the page starts with, what a run had, and how the address
// says it.

import { fitTo } from "./network-edits.js";
import { ADDRESS } from "./address.js";
import { differences, isSame } from "./differences.js";
import { learnedFrom } from "../../shared/rounding.js";
import { stepsAnEpoch } from "./schedules.js";
import { TRAINING } from "./hyperparameters.js";

const FIRST = "cifar10"; // the data set of the page, where the server has it
const INSTEAD = "shapes"; // needs no fetching
const PRESET = "lecture-light";
const [FEW_STEPS, SMALL_BATCH] = [200, 32]; // fewer steps than that, and hardly anything is learned

export class Settings {
  #page;

  constructor(page) {
    this.#page = page;
  }

  /** The settings that are tried for a data set: the recipe that belongs to it, else the page's own, fitted. */
  usual(dataset) {
    const { recipes } = this.#page;
    const own = recipes.find(
      (recipe) => recipe.dataset === dataset && (recipe.name === dataset || recipe.name === "default"),
    );
    const recipe = own ?? recipes.find(({ name }) => name === "default") ?? {};
    return {
      dataset,
      network: this.#fitted(this.#networkOf(recipe.network ?? PRESET), dataset),
      training: this.#longEnough(dataset, { ...TRAINING, ...recipe.training }),
    };
  }

  /** The page's epochs are meant for many pictures: few ones are shown more often, in smaller batches. */
  #longEnough(name, training) {
    const dataset = this.#page.datasets.find((row) => row.name === name);
    if (!name.startsWith("own-") || !dataset) return training;
    const stepsOf = (batch) => stepsAnEpoch(learnedFrom(dataset, training), batch);
    if (stepsOf(training.batch_size) * training.epochs >= FEW_STEPS) return training;
    return {
      ...training,
      batch_size: SMALL_BATCH,
      epochs: Math.max(training.epochs, Math.ceil(FEW_STEPS / stepsOf(SMALL_BATCH))),
    };
  }

  /** Whether this server has the recipe, the data set and the preset that an address names. */
  knows({ recipe, dataset, network }) {
    return (
      (recipe === null || Boolean(this.recipe(recipe))) &&
      (dataset === null || this.#known(dataset)) &&
      (typeof network !== "string" || this.#page.presets.some(({ name }) => name === network))
    );
  }

  /** What an address and the run that it opens say together. */
  read(address, run) {
    if (run) return this.#over(this.of(run), address);
    const recipe = this.recipe(address.recipe);
    if (recipe) return this.#over(this.of(recipe), address);
    const dataset = this.#known(address.dataset) ? address.dataset : this.first;
    return this.#over(this.usual(dataset), { ...address, dataset });
  }

  /** The recipe of that name, if its pictures are on this server. */
  recipe(name) {
    return this.#page.recipes.find((recipe) => recipe.name === name && this.#isHere(recipe.dataset)) ?? null;
  }

  /** The settings of a run, or of a recipe. */
  of({ dataset, network, training }) {
    const made = typeof network === "string" ? this.#fitted(this.#networkOf(network), dataset) : network;
    return { dataset, network: made, training: { ...TRAINING, ...training } };
  }

  /** The query of the page's state: only what the run, the recipe or the page's start does not say already. */
  write() {
    const { state, run } = this.#page;
    const recipe = run ? null : this.#sameRecipe(state);
    if (recipe) return ADDRESS.write({ ...state, recipe: recipe.name, dataset: null, network: null, training: {} });
    const base = run ? this.of(run) : this.usual(state.dataset);
    const start = run ? run.dataset : this.first;
    return ADDRESS.write({
      ...state,
      recipe: null,
      dataset: state.dataset === start ? null : state.dataset,
      network: isSame(state.network, base.network) ? null : this.#named(state),
      training: differences(state.training, base.training),
    });
  }

  #over(base, { dataset, network, training }) {
    const chosen = dataset ?? base.dataset;
    const named = typeof network === "string" ? this.#fitted(this.#networkOf(network), chosen) : network;
    return { dataset: chosen, network: named ?? base.network, training: { ...base.training, ...training } };
  }

  /** The data set that the page starts with. */
  get first() {
    return this.#isHere(FIRST) ? FIRST : INSTEAD;
  }

  /** The recipe with exactly these settings, where it is not what the page starts with for its pictures. */
  #sameRecipe({ dataset, network, training }) {
    const settings = { dataset, network, training };
    if (isSame(settings, this.usual(dataset))) return null;
    return this.#page.recipes.find((recipe) => recipe.dataset === dataset && isSame(settings, this.of(recipe)));
  }

  #isHere(dataset) {
    return this.#page.datasets.some(({ name, available }) => name === dataset && available);
  }

  #known(dataset) {
    return this.#page.datasets.some(({ name }) => name === dataset) || /^own-[0-9a-f]{32}$/.test(dataset ?? "");
  }

  /** A preset by its name, or the network itself. */
  #networkOf(network) {
    if (typeof network !== "string") return network;
    const { presets } = this.#page;
    return (presets.find(({ name }) => name === network) ?? presets.find(({ name }) => name === PRESET) ?? presets[0])
      .network;
  }

  /** The name of the preset that a network is, fitted to its pictures, else the network. */
  #named({ network, dataset }) {
    return this.#page.presets.find((preset) => isSame(this.#fitted(preset.network, dataset), network))?.name ?? network;
  }

  /** A network for the pictures and the classes of a data set. */
  #fitted(network, name) {
    const dataset = this.#page.datasets.find((row) => row.name === name);
    if (!dataset) return network;
    return fitTo(network, { input: [...dataset.input], classes: dataset.classes.length });
  }
}
