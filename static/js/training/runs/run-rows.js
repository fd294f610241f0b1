// One run of the list: to open, to compare, to rename in place, to clone, to delete.

import "../charts/spark-line.js";
import { h } from "../../shared/dom.js";
import { number, percent, percentFine } from "../../shared/format.js";
import { language, _ } from "../../shared/i18n.js";
import { mostCompared } from "../builder/address.js";
import { ENDED } from "./run-feed.js";
import { datasetTitle, isSecret } from "../../shared/layers.js";
import { colorOf } from "../charts/colors.js";
import { remediesOf } from "../builder/cures.js";
import { LONGEST_NAME, automaticName, stateTitle, titleOf } from "../charts/words.js";

const BEST = _("best validation accuracy");
const when = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" });

export class RunRow {
  #page;
  #id;
  #check = h("input", { type: "checkbox", onchange: () => this.#page.compare(this.#id, this.#check.checked) });
  #name = h("button", {
    class: "run-name",
    type: "button",
    onclick: () => this.#page.open(this.#id, { tab: "train" }),
  });
  #told = h("span", { class: "small soft" });
  #spark = h("spark-line");
  #best = h("span", { class: "figure best" });
  #state = h("span", { class: "state-chip" });
  #field = h("input", {
    class: "field run-field",
    maxlength: LONGEST_NAME,
    hidden: true,
    onkeydown: (event) => this.#key(event),
    onblur: () => this.#rename(),
  });
  #clone = this.#button(_("Clone"), () => this.#take());
  #mine = [];
  #shown = [];

  /** `remove(id)` asks whether to delete. */
  constructor(page, id, remove) {
    [this.#page, this.#id] = [page, id];
    this.#field.setAttribute("aria-label", _("Name of the run"));
    this.#mine = [this.#button(_("Rename"), () => this.#edit()), this.#button(_("Delete"), () => remove(id))];
    this.#clone.title = _("Copies its settings, to change one and start again");
    const buttons = h("span", { class: "buttons" }, this.#clone, this.#mine);
    this.element = h(
      "li",
      { class: "run-row" },
      h("label", { class: "run-check" }, this.#check),
      h("div", { class: "run-words" }, this.#name, this.#field, this.#told),
      this.#spark,
      this.#best,
      this.#state,
      buttons,
    );
  }

  /** Nothing is done where nothing is new: there may be many rows, and they are shown again with every event. */
  show(run) {
    const { shown, state } = this.#page;
    const place = shown.findIndex(({ id }) => id === run.id);
    const isFull = shown.length >= mostCompared() - (state.run ? 0 : 1);
    const key = [run, place, state.run === run.id, isFull];
    if (key.every((part, index) => part === this.#shown[index])) return;
    this.#shown = key;
    this.#fill(run, place, isFull);
  }

  #fill(run, place, isFull) {
    const title = titleOf(run);
    this.element.classList.toggle("is-open", this.#page.state.run === run.id);
    this.element.style.setProperty("--run-color", place < 0 ? "var(--line-strong)" : colorOf(place));
    this.#check.checked = place >= 0;
    this.#check.disabled = place < 0 && isFull;
    this.#check.setAttribute("aria-label", _("Draw %(run)s", { run: title }));
    this.#name.textContent = title;
    this.#name.setAttribute("aria-current", String(this.#page.state.run === run.id));
    this.#told.textContent = toldOf(run);
    this.#spark.shares = run.curve ?? [];
    this.#best.replaceChildren(
      ...(Number.isFinite(run.best)
        ? [h("span", { class: "visually-hidden" }, `${BEST} `), percentFine(run.best)]
        : []),
    );
    this.#best.title = BEST;
    this.#state.textContent = stateOf(run);
    this.#state.dataset.state = run.state;
    this.#clone.hidden = isSecret(run.dataset);
    for (const button of this.#mine) button.hidden = !run.mine;
  }

  #button(text, onclick) {
    return h("button", { class: "button small-button", type: "button", onclick }, text);
  }

  #take() {
    this.#page.clone(this.#id);
    scrollTo({ top: 0, behavior: "instant" });
    document.querySelector("#run-start").focus();
  }

  #edit() {
    this.#field.value = this.#name.textContent;
    [this.#name.hidden, this.#field.hidden] = [true, false];
    this.#field.select();
  }

  #key(event) {
    if ((event.key !== "Enter" && event.key !== "Escape") || event.isComposing) return;
    event.preventDefault();
    if (event.key === "Escape") this.#field.value = "";
    this.#rename();
    this.#name.focus();
  }

  #rename() {
    if (this.#field.hidden) return; // done
    const name = this.#field.value.trim();
    [this.#name.hidden, this.#field.hidden] = [false, true];
    if (name && name !== this.#name.textContent) this.#page.ask(this.#id, { name });
  }
}

/** "Digits · dropout 0.5 · epoch 3 of 10 · 25.11.26, 01:30"; what its name says already is not said again. */
function toldOf(run) {
  const epochs = _("epoch %(epoch)s of %(epochs)s", { epoch: number(run.epoch), epochs: number(run.epochs) });
  const settings = titleOf(run) === automaticName(run) ? [] : [datasetTitle(run.dataset), ...remediesOf(run)];
  return [...settings, epochs, run.mine ? null : _("someone else's"), when.format(new Date(run.created_at))]
    .filter(Boolean)
    .join(" · ");
}

function stateOf(run) {
  if (run.state === "queued" && run.queue_position) return _("waiting, place %(place)s", { place: run.queue_position });
  if (ENDED.includes(run.state) || !run.steps || run.state !== "running") return stateTitle(run.state);
  return `${stateTitle(run.state)} ${percent(run.step / run.steps)}`;
}
