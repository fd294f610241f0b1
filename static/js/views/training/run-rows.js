// One run of the list: to open, to compare, to rename in place, to clone, to delete.

import "../../components/spark-line.js";
import { h } from "../../lib/dom.js";
import { number, percent, percentFine } from "../../lib/format.js";
import { language, _ } from "../../lib/i18n.js";
import { MOST_COMPARED } from "../../lib/run-address.js";
import { ENDED } from "../../lib/run-feed.js";
import { datasetTitle } from "../../lib/layers.js";
import { colorOf } from "./colors.js";
import { remediesOf } from "./cures.js";
import { LONGEST_NAME, automaticName, stateTitle, titleOf } from "./words.js";

const when = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" });

export class RunRow {
  #page;
  #id;
  #check = h("input", { type: "checkbox", onchange: () => this.#page.compare(this.#id, this.#check.checked) });
  #name = h("button", { class: "run-name", type: "button", onclick: () => this.#page.open(this.#id) });
  #told = h("span", { class: "small soft" });
  #spark = h("spark-line");
  #best = h("span", { class: "figure best" });
  #state = h("span", { class: "state-chip" });
  #field = h("input", { class: "field run-field", maxlength: LONGEST_NAME, hidden: true, onkeydown: (event) => this.#key(event), onblur: () => this.#rename() });
  #mine = [];

  /** `remove(id)` asks whether to delete. */
  constructor(page, id, remove) {
    [this.#page, this.#id] = [page, id];
    this.#field.setAttribute("aria-label", _("Name of the run"));
    this.#mine = [this.#button(_("Rename"), () => this.#edit()), this.#button(_("Delete"), () => remove(id))];
    const clone = this.#button(_("Clone"), () => this.#clone());
    clone.title = _("Puts its settings into the builder, to change one and start again");
    const buttons = h("span", { class: "buttons" }, clone, this.#mine);
    this.element = h("li", { class: "run-row" }, h("label", { class: "run-check" }, this.#check), h("div", { class: "run-words" }, this.#name, this.#field, this.#told), this.#spark, this.#best, this.#state, buttons);
  }

  show(run) {
    const title = titleOf(run);
    const place = this.#page.shown.findIndex(({ id }) => id === run.id);
    this.element.classList.toggle("is-open", this.#page.state.run === run.id);
    this.element.style.setProperty("--run-color", place < 0 ? "var(--line-strong)" : colorOf(place));
    this.#check.checked = place >= 0;
    this.#check.disabled = place < 0 && this.#page.shown.length >= MOST_COMPARED;
    this.#check.setAttribute("aria-label", _("Draw %(run)s", { run: title }));
    this.#name.textContent = title;
    this.#name.setAttribute("aria-current", String(this.#page.state.run === run.id));
    this.#told.textContent = toldOf(run);
    this.#spark.shares = run.curve ?? [];
    this.#best.textContent = Number.isFinite(run.best) ? percentFine(run.best) : "";
    this.#best.title = _("best validation accuracy");
    this.#state.textContent = stateOf(run);
    this.#state.dataset.state = run.state;
    for (const button of this.#mine) button.hidden = !run.mine;
  }

  focus() {
    this.#name.focus();
  }

  #button(text, onclick) {
    return h("button", { class: "button small-button", type: "button", onclick }, text);
  }

  #clone() {
    this.#page.clone(this.#id);
    document.querySelector("#training").scrollIntoView();
    document.querySelector("#run-start").focus();
  }

  #edit() {
    this.#field.value = this.#name.textContent;
    [this.#name.hidden, this.#field.hidden] = [true, false];
    this.#field.select();
  }

  #key(event) {
    if (event.key === "Enter") this.#field.blur();
    if (event.key !== "Escape") return;
    this.#field.value = "";
    this.#field.blur();
  }

  #rename() {
    const name = this.#field.value.trim();
    [this.#name.hidden, this.#field.hidden] = [false, true];
    if (name && name !== this.#name.textContent) this.#page.ask(this.#id, { name });
    this.#name.focus();
  }
}

/** "Digits · dropout 0.5 · epoch 3 of 10 · 25.11.26, 01:30"; what its name says already is not said again. */
function toldOf(run) {
  const epochs = _("epoch %(epoch)s of %(epochs)s", { epoch: number(run.epoch), epochs: number(run.epochs) });
  const settings = titleOf(run) === automaticName(run) ? [] : [datasetTitle(run.dataset), ...remediesOf(run)];
  return [...settings, epochs, run.mine ? null : _("someone else's"), when.format(new Date(run.created_at))].filter(Boolean).join(" · ");
}

function stateOf(run) {
  if (run.state === "queued" && run.queue_position) return _("waiting, place %(place)s", { place: run.queue_position });
  if (ENDED.includes(run.state) || !run.steps || run.state !== "running") return stateTitle(run.state);
  return `${stateTitle(run.state)} ${percent(run.step / run.steps)}`;
}
