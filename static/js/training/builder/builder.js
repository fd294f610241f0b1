// The network builder: layers, presets, what the network costs, undo, and the network as code.

import { checkNetwork, readLimits, timeNetwork } from "../../api.js";
import "./layer-list.js";
import "./share-bar.js";
import { h, say } from "../../shared/dom.js";
import { EditHistory } from "./edit-history.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { Latest } from "../../shared/latest.js";
import { datasetTitle } from "../../shared/layers.js";
import { fieldText, paceFacts, shortCount } from "./layer-words.js";
import { faultOf, report } from "./network-arithmetic.js";
import { fitTo, isRefitted } from "./network-edits.js";
import { pacing } from "./hyperparameters.js";
import { isSame } from "./differences.js";
import { connectCode } from "./code.js";
import { connectDataset } from "./dataset.js";

const SETTLE_MS = 900;
const $ = (selector) => document.querySelector(selector);

export function connectBuilder(page) {
  const builder = new Builder(page);
  const parts = [connectDataset(page, builder), connectCode(page, builder), builder];
  return { refresh: () => parts.forEach((part) => part.refresh()) };
}

class Builder {
  limits = null; // of the server, for networks
  fault = null; // {path, message} where the network cannot be built
  #page;
  #history;
  #timing = new Latest((key, isNewest) => this.#time(key, isNewest));
  #checking = new Latest((key, isNewest) => this.#check(key, isNewest));
  #told = null; // the server's sentence on a network that cannot be built: {key, path, message}
  #measured = new Map(); // key of a network and training -> what was measured, null where that failed
  #settling = null;
  #listed = null; // the data set that the presets are listed for
  #base = null; // title of the preset that the network was before it was changed

  constructor(page) {
    this.#page = page;
    this.#history = new EditHistory(this.#settings());
    $("#layers").addEventListener("edit", ({ detail }) => this.become(detail));
    $("#fit-network").addEventListener("click", () =>
      this.#take(() =>
        this.become({ network: this.fitted(page.state.network), said: _("The network fits the pictures now.") }),
      ),
    );
    $("#undo").addEventListener("click", () => this.#return(this.#history.undo()));
    $("#redo").addEventListener("click", () => this.#return(this.#history.redo()));
    $("#back-to-run").addEventListener("click", () =>
      this.#take(() => page.open(page.state.run, { compare: page.state.compare, snapshot: page.state.snapshot })),
    );
    document.addEventListener("keydown", (event) => this.#key(event));
    page.attempt(async () => {
      this.limits = (await readLimits()).network;
      this.refresh();
    }, "builder");
  }

  /** Another network, with other settings of its training where they are given; `said` is announced. */
  become({ network, training = this.#page.state.training, said, isLive = false }) {
    if (said) $("#announcement").textContent = said;
    this.#page.change({ network, training }, { isLive });
  }

  /** What a network would be for the chosen data set. */
  fitted(network, dataset = this.#page.dataset) {
    return dataset
      ? fitTo(network, { input: [...dataset.input], classes: dataset.classes.length }, this.limits)
      : network;
  }

  refresh() {
    const { network } = this.#page.state;
    this.#history.note(this.#settings());
    this.fault = this.#faultOf(network);
    $("#layers").show({ network, limits: this.limits, fault: this.fault });
    $("#network-fault").hidden = !this.fault || this.fault.path.length > 0;
    say($("#network-fault span"), this.fault?.message ?? "");
    $("#fit-network").hidden = !this.fault?.isMisfit;
    this.#showTotals(network);
    this.#showPreset(network);
    this.#showRun();
    $("#undo").disabled = !this.#history.canUndo;
    $("#redo").disabled = !this.#history.canRedo;
    this.#settle();
  }

  #settings() {
    const { dataset, network, training } = this.#page.state;
    return { dataset, network, training };
  }

  /** The page's own sentence at once, the server's as soon as it is there. */
  #faultOf(network) {
    const fault = faultOf(network, this.limits);
    if (!fault) return this.#misfit(network);
    const key = JSON.stringify(network);
    this.#checking.ask(key);
    return this.#told?.key === key ? this.#told : fault;
  }

  /** A sound network may be one for other pictures. */
  #misfit({ input, classes }) {
    const { dataset } = this.#page;
    if (!dataset || (isSame(input, dataset.input) && classes === dataset.classes.length)) return null;
    const [network, pictures] = [
      `${input.join("×")}, ${classes}`,
      `${dataset.input.join("×")}, ${dataset.classes.length}`,
    ];
    return {
      path: [],
      isMisfit: true,
      message: _(
        "The network is for other pictures: input and classes are %(network)s, those of the pictures %(pictures)s.",
        { network, pictures },
      ),
    };
  }

  async #check(key, isNewest) {
    const problem = await checkNetwork(JSON.parse(key)).then(
      () => null,
      (error) => error.problem,
    );
    if (!problem || !isNewest()) return;
    const path = (problem.field ?? "")
      .split(".")
      .filter((part) => /^\d+$/.test(part))
      .map(Number);
    this.#told = { key, path, message: problem.detail };
    this.refresh();
  }

  #showTotals(network) {
    this.#page.estimate = this.#estimate;
    const told = this.fault ? null : report(network);
    $("#network-fact").textContent = told ? _("%(count)s parameters", { count: number(told.parameters) }) : "";
    $("#shares").hidden = !told;
    $("#totals").hidden = !told;
    if (!told) return;
    $("#shares").show(told.layers);
    const maps = told.layers.filter(({ shape }) => shape.length === 3);
    const facts = [
      [_("a unit of the last map sees"), maps.length ? fieldText(maps.at(-1).receptiveField, network.input) : null],
      [_("multiply-adds a picture"), shortCount(told.multiplyAdds)],
      [_("memory to train"), _("about %(count)s MB", { count: number(told.memoryMb, told.memoryMb < 10 ? 1 : 0) })],
      ...this.#pace(),
    ];
    $("#totals").replaceChildren(
      ...facts.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    );
  }

  /** What an epoch takes on this machine; nothing is measured while a run needs it. */
  #pace() {
    const key = this.#paceKey();
    if (this.#isBusy && !this.#measured.has(key)) return [];
    return paceFacts(this.#measured.get(key), this.#page.state.training.epochs);
  }

  get #isBusy() {
    return this.#page.runs.some(({ state }) => state === "running" || state === "queued");
  }

  /** What the time of an epoch depends on. */
  #paceKey() {
    const { dataset, network, training } = this.#page.state;
    return JSON.stringify({ dataset, network, training: pacing(training) });
  }

  #settle() {
    clearTimeout(this.#settling);
    if (this.fault || this.#isBusy || this.#measured.has(this.#paceKey())) return;
    this.#settling = setTimeout(() => this.#timing.ask(this.#paceKey()), SETTLE_MS);
  }

  async #time(key, isNewest) {
    const { dataset, network, training } = JSON.parse(key);
    const measured = await timeNetwork(network, training, dataset).catch(() => null);
    this.#measured.set(key, measured);
    if (!isNewest()) return;
    this.#showTotals(this.#page.state.network);
    this.#page.show();
  }

  /** Seconds that the whole training takes here, or null while that is not measured. */
  get #estimate() {
    const measured = this.#measured.get(this.#paceKey());
    return measured ? measured.seconds_an_epoch * this.#page.state.training.epochs : null;
  }

  /** The presets, the lecture's first, and what was tried for the chosen pictures. */
  #fillPresets() {
    const presets = this.#fittedPresets().map((preset) => ({
      ...preset,
      choose: () => ({ network: preset.network }),
    }));
    $("#preset-list").replaceChildren(
      ...[...presets, this.#tried()].map((preset) => h("li", {}, this.#presetRow(preset))),
    );
  }

  /** Each for the chosen pictures, called by its name only where its layers are still its own. */
  #fittedPresets() {
    return this.#page.presets.map((preset) => {
      const network = this.fitted(preset.network);
      const title = isRefitted(preset.network, network)
        ? _("%(title)s, changed to fit", { title: preset.title })
        : preset.title;
      return { ...preset, title, network };
    });
  }

  #tried() {
    const { dataset } = this.#page.state;
    const { network, training } = this.#page.usual(dataset);
    const title = _("Recommended for %(dataset)s", { dataset: this.#page.dataset?.title ?? datasetTitle(dataset) });
    return {
      name: "usual",
      title,
      description: _("The recommended network, input, optimizer and epochs for these pictures."),
      network,
      choose: () => ({ network, training }),
    };
  }

  #presetRow({ name, title, description, network, choose }) {
    const take = () => {
      $("#presets").removeAttribute("open");
      $("#presets summary").focus();
      $("#announcement").textContent = _("The network is %(title)s now.", { title });
      this.#page.change(choose());
    };
    const fact = faultOf(network) ? "" : _("%(count)s parameters", { count: number(report(network).parameters) });
    return h(
      "button",
      { type: "button", class: "preset-row", "data-preset": name, onclick: take },
      h("strong", {}, title),
      h("span", { class: "fact" }, fact),
      h("span", { class: "small soft" }, description),
    );
  }

  #showPreset(network) {
    const { dataset } = this.#page.state;
    if (this.#listed !== dataset) {
      this.#fillPresets();
      this.#base = null; // what was chosen for other pictures is not what this one was made from
    }
    this.#listed = dataset;
    const known = [...this.#fittedPresets(), this.#tried()];
    const chosen = known.find((preset) => isSame(preset.network.layers, network.layers));
    this.#base = chosen?.title ?? this.#base;
    $("#preset-name").textContent =
      chosen?.title ?? (this.#base ? _("%(title)s, changed", { title: this.#base }) : _("Your own"));
    for (const button of document.querySelectorAll("[data-preset]"))
      button.setAttribute("aria-pressed", String(button.dataset.preset === chosen?.name));
  }

  /** While a run is open: whether these are its settings. */
  #showRun() {
    const { run, state } = this.#page;
    $("#run-note").hidden = !run;
    if (!run) return;
    const isRuns =
      run.dataset === state.dataset &&
      isSame(run.network, state.network) &&
      Object.entries(run.training).every(([name, value]) => isSame(value, state.training[name]));
    $("#run-note").classList.toggle("is-changed", !isRuns);
    $("#run-note span").textContent = isRuns
      ? _("These are the open run's settings. A change makes a new run.")
      : _("Changed: Start makes a new run of it.");
    $("#back-to-run").hidden = isRuns;
  }

  /** Does what a button says that is hidden by it; the keyboard stays near. */
  #take(work) {
    work();
    $("#presets summary").focus({ preventScroll: true });
  }

  #return(settings) {
    if (settings) this.#page.change(settings);
  }

  #key(event) {
    if (isWritten(event.target) || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const isRedo = key === "y" || (key === "z" && event.shiftKey);
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    this.#return(isRedo ? this.#history.redo() : this.#history.undo());
  }
}

/** Whether something is being written there, of which the browser undoes the last letters itself. */
function isWritten(element) {
  if (element.closest?.("textarea, dialog[open]")) return true;
  return Boolean(element.matches?.("input.field") && (element.dataset.typing || !element.closest("value-slider")));
}
