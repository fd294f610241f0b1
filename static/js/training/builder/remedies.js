// Remedies against overfitting: each a switch with its setting and a sentence on what it does, and to what.

import "./remedy-chips.js";
import "./value-slider.js";
import { percent, plain } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { faultOf } from "./network-arithmetic.js";
import { countNorms, dropoutRate, hasConvolution, withDropout, withNorms, withoutNorms } from "./network-remedies.js";
import { putAside } from "../../shared/rounding.js";
import { roundStops } from "./stops.js";
import { Augmented } from "./augmented.js";
import { setTraining } from "./fields.js";

const RATES = Array.from({ length: 18 }, (_rate, index) => (index + 1) / 20);
const FEW = 1000; // pictures: enough to learn from, few enough to be learned by heart
const $ = (selector) => document.querySelector(selector);

export function connectRemedies(page) {
  const part = new Remedies(page);
  return { refresh: () => part.refresh() };
}

class Remedies {
  #page;
  #augmented;
  #last = {}; // what a remedy was set to before it was switched off
  #sliders;
  #remedies;

  constructor(page) {
    this.#page = page;
    this.#augmented = new Augmented(page);
    this.#sliders = Object.fromEntries(
      ["l1", "l2", "max_norm", "dropout", "early_stopping"].map((name) => [
        name,
        document.createElement("value-slider"),
      ]),
    );
    this.#remedies = this.#make();
    $("#remedies").remedies = this.#remedies;
    $("#remedies").addEventListener("switch", ({ detail }) => this.#named(detail.name).turn(detail.isOn));
    for (const [name, slider] of Object.entries(this.#sliders))
      slider.addEventListener("value", ({ detail }) => this.#named(name).become(detail.value, detail));
  }

  refresh() {
    const { training, network } = this.#page.state;
    for (const remedy of this.#remedies) {
      const state = remedy.state(training, network);
      $("#remedies").show(remedy.name, state);
      if (state.isOn && remedy.stops)
        this.#sliders[remedy.name].set({
          title: remedy.unit,
          stops: remedy.stops,
          low: remedy.low,
          high: remedy.high,
          value: state.value,
          whole: remedy.whole,
        });
    }
    const on = this.#remedies.filter((remedy) => remedy.state(training, network).isOn);
    $("#remedies-fact").textContent = on.length ? "" : _("none is on");
    this.#augmented.refresh();
  }

  #named(name) {
    return this.#remedies.find((remedy) => remedy.name === name);
  }

  #make() {
    return [
      this.#field("l1", {
        title: "L1",
        acts: _("on the loss"),
        first: this.#tried("l1", 0.001),
        off: 0,
        stops: roundStops(1e-7, 0.01),
        low: 1e-9,
        high: 1000,
        unit: _("strength"),
        words: (value) =>
          _("Adds %(value)s · Σ|w| to the loss: weights that help little become zero (lasso).", { value }),
      }),
      this.#field("l2", {
        title: "L2",
        acts: _("on the loss"),
        first: this.#tried("l2", 0.01),
        off: 0,
        stops: roundStops(1e-6, 0.1),
        low: 1e-9,
        high: 1000,
        unit: _("strength"),
        words: (value) =>
          _("Adds %(value)s · Σw² to the loss: large weights cost most, so all stay small (ridge).", { value }),
      }),
      this.#field("max_norm", {
        title: "max-norm",
        acts: _("on the weights"),
        first: this.#tried("max_norm", 0.5),
        off: null,
        stops: [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5],
        low: 0.01,
        high: 1e6,
        unit: _("longest"),
        words: (value) =>
          _("After each step, no unit's weights are longer than %(value)s: longer ones are shortened.", { value }),
      }),
      this.#dropout(),
      this.#norms(),
      this.#augmentation(),
      this.#stopping(),
      this.#pictures(),
    ];
  }

  /** A remedy that is one number of the training. */
  #field(name, { off, first, words, ...look }) {
    const set = (value, detail) => setTraining(this.#page, { [name]: value }, detail);
    const turn = (isOn) => {
      if (!isOn) this.#last[name] = this.#page.state.training[name];
      set(isOn ? (this.#last[name] ?? first) : off);
    };
    const state = ({ [name]: value }) => ({
      text: value === off ? look.title : `${look.title} ${plain(value)}`,
      isOn: value !== off,
      value,
      sentence: value === off ? "" : words(plain(value)),
    });
    return { name, ...look, setting: this.#sliders[name], turn, become: set, state };
  }

  /** How strong a remedy was where it was tried. */
  #tried(field, otherwise) {
    return this.#recipe(field.replace("_", "-"))?.training[field] ?? otherwise;
  }

  /** The recipe that shows a remedy, as the server tells it; a preset's name stands for a network that has none. */
  #recipe(remedy) {
    const found = this.#page.recipes.find(({ name }) => name === `overfits-${remedy}`);
    return found && { ...found, network: typeof found.network === "string" ? { layers: [] } : found.network };
  }

  #dropout() {
    const usual = dropoutRate(this.#recipe("dropout")?.network ?? { layers: [] }) ?? 0.5;
    const become = (rate, detail) =>
      this.#page.change({ network: withDropout(this.#page.state.network, rate) }, detail);
    const state = (_training, network) => {
      const rate = dropoutRate(network);
      return {
        text: rate === null ? "dropout" : `dropout ${plain(rate)}`,
        isOn: rate !== null,
        value: rate,
        sentence:
          rate === null
            ? ""
            : _(
                "In each step %(share)s of the values that reach a dense layer are zero, at random: no unit can rely on another.",
                { share: percent(rate) },
              ),
        why: rate === null ? this.#unfit(withDropout(network, usual)) : "",
      };
    };
    return {
      name: "dropout",
      title: "dropout",
      acts: _("on the values between layers"),
      stops: RATES,
      low: 0,
      high: 0.99,
      unit: _("share"),
      setting: this.#sliders.dropout,
      turn: (isOn) => become(isOn ? (this.#last.dropout ?? usual) : null),
      become,
      state,
    };
  }

  #norms() {
    const turn = (isOn) => this.#page.change({ network: (isOn ? withNorms : withoutNorms)(this.#page.state.network) });
    const state = (_training, network) => {
      const count = countNorms(network);
      const why = count
        ? ""
        : hasConvolution(network)
          ? this.#unfit(withNorms(network))
          : _("there is no convolution to normalize after");
      return {
        text: _("batch norm"),
        isOn: count > 0,
        sentence: count
          ? _(
              "%(count)s layers bring each map to mean 0 and deviation 1 over the batch. Each picture's values then depend on its neighbors in the batch, a noise that regularizes a little.",
              { count },
            )
          : "",
        why,
      };
    };
    return {
      name: "batch_norm",
      title: _("batch norm"),
      acts: _("on the values between layers"),
      setting: null,
      turn,
      state,
    };
  }

  #augmentation() {
    const usual = ["flip", "shift"];
    const turn = (isOn) => {
      if (!isOn) this.#last.augmentation = this.#page.state.training.augmentation;
      setTraining(this.#page, { augmentation: isOn ? (this.#last.augmentation ?? usual) : [] });
    };
    const state = ({ augmentation }) => ({
      text: _("augmentation"),
      isOn: augmentation.length > 0,
      sentence: augmentation.length
        ? _(
            "Every epoch shows each picture a little changed, so that it cannot be learned by heart. The pictures it is judged by stay as they are.",
          )
        : "",
    });
    return {
      name: "augmentation",
      title: _("augmentation"),
      acts: _("on the batch"),
      setting: this.#augmented.element,
      turn,
      state,
    };
  }

  #stopping() {
    const set = (value, detail) => setTraining(this.#page, { early_stopping: value }, detail);
    const state = ({ early_stopping: epochs, validation_split: split }) => ({
      text: epochs === null ? _("early stopping") : _("early stopping %(epochs)s", { epochs }),
      isOn: epochs !== null,
      value: epochs,
      sentence:
        epochs === null
          ? ""
          : _("Ends after %(epochs)s epochs without a better validation loss, and keeps the best weights.", { epochs }),
      why: epochs === null && !split ? _("no pictures are held out to see when to stop") : "",
    });
    return {
      name: "early_stopping",
      title: _("early stopping"),
      acts: _("on how long it learns"),
      stops: [1, 2, 3, 4, 5, 7, 10, 15, 20],
      low: 1,
      high: 10000,
      whole: true,
      unit: _("patience"),
      setting: this.#sliders.early_stopping,
      turn: (isOn) => set(isOn ? (this.#last.early_stopping ?? this.#tried("early_stopping", 3)) : null),
      become: set,
      state,
    };
  }

  /** All the pictures there are, or few. */
  #pictures() {
    const most = () => {
      const { dataset, state } = this.#page;
      return dataset ? dataset.train - putAside(dataset, state.training) : null;
    };
    const turn = (isOn) => {
      if (isOn) this.#last.pictures = this.#page.state.training.train_limit;
      setTraining(this.#page, {
        train_limit: isOn ? null : Math.min(this.#last.pictures ?? FEW, (most() ?? FEW + 1) - 1),
      });
    };
    const state = ({ train_limit: limit }) => ({
      text: limit === null ? _("all pictures") : _("more pictures"),
      isOn: limit === null,
      sentence: "",
    });
    return { name: "pictures", title: _("more pictures"), acts: _("on the data"), setting: null, turn, state };
  }

  /** Why a changed network could not be, or "". */
  #unfit(network) {
    return faultOf(network)?.message ?? "";
  }
}
