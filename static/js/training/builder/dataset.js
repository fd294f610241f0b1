// The data set: which, how it looks, how many pictures to learn from, how many to choose by, and the seed.

import { addDataset, isPassing } from "../../api.js";
import "./value-slider.js";
import { h } from "../../shared/dom.js";
import { number, percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { Latest } from "../../shared/latest.js";
import { classTitle, datasetTitle, isSecret } from "../../shared/layers.js";
import { cutSheet, drawStrip, drawTiles, lookAt, lookAtAll } from "./sample-sheet.js";
import { datasetNotes } from "./dataset-notes.js";
import { isSame } from "./differences.js";
import { putAside } from "../../shared/rounding.js";
import { doublingStops } from "./stops.js";
import { setTraining } from "./fields.js";
import { isServersOwn } from "./places.js";

const SPLITS = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];
const FEWEST = 10;
const $ = (selector) => document.querySelector(selector);

export function connectDataset(page, builder) {
  const part = new DatasetPart(page, builder);
  return { refresh: () => part.refresh() };
}

class DatasetPart {
  #page;
  #builder;
  #looked = new Map(); // name -> details with `picture`, the sheet's pixels
  #looking = new Latest((name, isNewest) => this.#look(name, isNewest));
  #listed = "";

  constructor(page, builder) {
    [this.#page, this.#builder] = [page, builder];
    $("#own-data").addEventListener("change", ({ target }) => this.#send(target));
    for (const place of ["#sheet-strip", "#strip-pictures"])
      $(place).addEventListener("click", () => this.#openSheet());
    $("#another-seed").addEventListener("click", () => setTraining(page, { seed: Math.floor(Math.random() * 1000) }));
    $("#train-limit").addEventListener("value", ({ detail }) =>
      setTraining(page, { train_limit: detail.value >= this.#most() ? null : detail.value }, detail),
    );
    $("#validation-split").addEventListener("value", ({ detail }) =>
      setTraining(
        page,
        { validation_split: detail.value / 100, ...(detail.value ? {} : { early_stopping: null }) },
        detail,
      ),
    );
    $("#seed").addEventListener("value", ({ detail }) => setTraining(page, { seed: detail.value }, detail));
  }

  refresh() {
    const { dataset, state } = this.#page;
    this.#list();
    $("#dataset-name").textContent = dataset?.title ?? datasetTitle(state.dataset);
    $("#data-fact").textContent = dataset
      ? [dataset.input.join("×"), _("%(count)s classes", { count: dataset.classes.length })].join(" · ")
      : "";
    const { train_limit, validation_split, seed } = state.training;
    const most = this.#most();
    const low = Math.min(FEWEST, most);
    $("#train-limit").set({
      title: _("training"),
      stops: limitStops(low, most),
      value: Math.min(train_limit ?? most, most),
      low: 1,
      high: most,
      whole: true,
    });
    $("#validation-split").set({
      title: _("validation %"),
      stops: SPLITS.map((share) => Math.round(share * 100)),
      value: Math.round(validation_split * 1000) / 10,
      low: 0,
      high: 90,
    });
    $("#seed").set({
      title: _("seed"),
      stops: Array.from({ length: 21 }, (_stop, index) => index),
      value: seed,
      low: 0,
      high: 2 ** 31,
      whole: true,
    });
    $("#split-words").textContent = this.#words(most, train_limit, validation_split);
    if (!this.#looked.has(state.dataset)) this.#keepRoom(dataset);
    if (!isSecret(state.dataset)) this.#looking.ask(state.dataset);
  }

  /** The strip is as high as it will be, so that nothing jumps when it comes. */
  #keepRoom(dataset) {
    this.#note(null);
    $("#sheet-strip").hidden = !dataset;
    $("#sheet-strip").setAttribute("aria-busy", "true");
    $("#sheet-strip").setAttribute("aria-label", _("Samples"));
    Object.assign($("#sheet-strip canvas"), { width: Math.min(dataset?.classes.length ?? 1, 20), height: 1 });
  }

  /** The most pictures that are left to learn from. */
  #most() {
    const { dataset, state } = this.#page;
    return dataset ? dataset.train - putAside(dataset, state.training) : (state.training.train_limit ?? 1);
  }

  #words(most, limit, split) {
    const { dataset } = this.#page;
    if (!dataset) return "";
    const aside = dataset.train - most;
    const learn = _("It learns from %(count)s pictures.", { count: number(Math.min(limit ?? most, most)) });
    const choose = split
      ? _("%(count)s (%(share)s) are held out for validation: has it understood, or memorized?", {
          count: number(aside),
          share: percent(split),
        })
      : _("None is held out for validation: overfitting cannot be seen.");
    const judge = _("%(count)s are the final test.", { count: number(dataset.test) });
    return `${learn} ${choose} ${judge}`;
  }

  #list() {
    const { datasets, state } = this.#page;
    const key = JSON.stringify([state.dataset, datasets.map(({ name }) => name)]);
    if (key === this.#listed) return;
    this.#listed = key;
    $("#dataset-list").replaceChildren(
      ...datasets.map((row) => h("li", {}, this.#row(row, row.name === state.dataset))),
    );
  }

  #row(row, isChosen) {
    const facts = [row.input.join("×"), _("%(count)s classes", { count: row.classes.length }), number(row.train)].join(
      " · ",
    );
    const missing = row.available ? null : h("span", { class: "small soft" }, missingWords(row));
    const look = {
      type: "button",
      class: "preset-row",
      "data-dataset": row.name,
      "aria-pressed": String(isChosen),
      disabled: !row.available,
      onclick: () => this.#choose(row),
    };
    return h(
      "button",
      look,
      h("strong", {}, row.title),
      h("span", { class: "fact" }, facts),
      missing ?? h("span", { class: "small soft" }, row.classes.slice(0, 10).map(classTitle).join(", ")),
    );
  }

  /**
   * Another data set: the layers stay, the network's input and classes follow. Where nothing was changed, the data
   * set's own start is taken.
   */
  #choose(row) {
    $("#datasets").removeAttribute("open");
    $("#datasets summary").focus();
    $("#announcement").textContent = _("The pictures are %(title)s now; the network has %(count)s classes.", {
      title: row.title,
      count: row.classes.length,
    });
    this.#page.change(this.#isUntouched() ? this.#page.usual(row.name) : { dataset: row.name, ...this.#kept(row) });
  }

  #isUntouched() {
    const { dataset, network, training } = this.#page.state;
    return !this.#page.run && isSame({ dataset, network, training }, this.#page.usual(dataset));
  }

  #kept(row) {
    const { network, training } = this.#page.state;
    const isAll = training.train_limit !== null && training.train_limit >= row.train;
    const isUntested = training.statistics === "test" && !row.test;
    return {
      network: this.#builder.fitted(network, row),
      training: { ...training, ...(isAll && { train_limit: null }), ...(isUntested && { statistics: "training" }) },
    };
  }

  async #send(target) {
    const [file] = target.files;
    target.value = "";
    if (!file) return;
    $("#own-data-state").textContent = _("Reading %(name)s …", { name: file.name });
    const done = await this.#page.attempt(async () => {
      const row = await addDataset(file, file.name.replace(/\.zip$/i, "").slice(0, 60), $("#own-size").value);
      if (!this.#page.datasets.some(({ name }) => name === row.name))
        this.#page.datasets.push({ ...row, available: true });
      this.#choose(row);
    });
    $("#own-data-state").textContent = done ? "" : _("It could not be used; the line above says why.");
  }

  async #look(name, isNewest) {
    try {
      if (!this.#looked.has(name)) this.#looked.set(name, await lookAt(name));
    } catch (error) {
      if (isPassing(error)) setTimeout(() => this.#looking.forget()); // asked again at the next change
      return;
    }
    if (!isNewest()) return;
    const details = this.#looked.get(name);
    if (!this.#page.datasets.some((row) => row.name === name)) {
      this.#page.datasets.push(details);
      this.#page.refresh();
    }
    $("#sheet-strip").hidden = false;
    $("#sheet-strip").setAttribute("aria-busy", "false");
    $("#sheet-strip").setAttribute(
      "aria-label",
      _("Samples of %(title)s: see more of each class", { title: details.title }),
    );
    drawStrip($("#sheet-strip canvas"), details);
    drawTiles($("#strip-pictures canvas"), details);
    this.#note(details);
  }

  /** What is to be known of the pictures, and the files that are not among them. */
  #note(details) {
    const notes = details ? datasetNotes(details) : [];
    $("#data-notes").hidden = !notes.length;
    $("#data-notes").replaceChildren(...notes.map((note) => h("li", {}, note)));
    const { skipped = [], skipped_count: count = 0 } = details ?? {};
    $("#left-out").hidden = !count;
    $("#left-out-title").textContent = _("Files that were left out: %(count)s", { count: number(count) });
    const rest = count - skipped.length;
    $("#left-out-files").replaceChildren(
      ...skipped.map(({ path, reason }) => h("li", {}, h("strong", {}, path), ` ${reason}`)),
      ...(rest > 0 ? [h("li", {}, _("… and %(count)s more.", { count: number(rest) }))] : []),
    );
  }

  async #openSheet() {
    const { dataset } = this.#page.state;
    if (!this.#looked.has(dataset)) return;
    await this.#page.attempt(async () => this.#showSheet(await lookAtAll(dataset)));
  }

  #showSheet(details) {
    $("#sheet-title").textContent = details.title;
    $("#sheet-fact").textContent = _("%(train)s pictures to learn from, %(test)s to test; a few of each class:", {
      train: number(details.train),
      test: number(details.test),
    });
    const rows = cutSheet(details).map(({ label, count, canvas }) => [
      h("span", { class: "small" }, classTitle(label)),
      h("span", { class: "fact" }, number(count)),
      canvas,
    ]);
    $("#sheet-rows").replaceChildren(...rows.flat());
    if (!$("#sheet").open) $("#sheet").showModal();
  }
}

/** 10, 20, 50, … and all. */
function limitStops(low, most) {
  return doublingStops(low, most).length > 24
    ? [
        ...new Set(
          [low, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000]
            .filter((stop) => stop >= low && stop < most)
            .concat(most),
        ),
      ]
    : doublingStops(low, most);
}

/** How to get what is missing, for whoever sits at the server; others learn that it is not here. */
function missingWords({ name }) {
  if (!isServersOwn()) return _("Not on this server.");
  return _("Not here yet. To get it: %(command)s", { command: `python -m app fetch ${name}` });
}
