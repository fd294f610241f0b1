// The optimizer: how large its steps are, over how many pictures, how often; the rest in a fold.

import "./rate-curve.js";
import "./value-slider.js";
import { h } from "../../shared/dom.js";
import { plain } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { isSame } from "./differences.js";
import { learnedFrom } from "../../shared/rounding.js";
import { stepsAnEpoch } from "./schedules.js";
import { doublingStops, roundStops } from "./stops.js";
import { BOUNDS } from "./hyperparameters.js";
import { setTraining } from "./fields.js";

const $ = (selector) => document.querySelector(selector);

const LECTURE = { optimizer: "adam", learning_rate: 0.0001, decay: 0.000001, schedule: "constant", warm_up: 0 };
const OPTIMIZERS = {
  adam: ["Adam", _("Each weight moves by about the learning rate, along a running mean of its gradient.")],
  sgd: ["SGD", _("Steps along the gradient of the batch; momentum carries them over bumps.")],
  adamw: ["AdamW", _("Adam with separate weight decay.")],
  rmsprop: ["RMSprop", _("The gradient divided by its recent size, weight by weight.")],
  adagrad: ["Adagrad", _("The gradient divided by all its past: steps only get smaller.")],
  muon: ["Muon", _("Momentum made orthogonal: all directions of a kernel learn equally; quick on convolutions.")],
};
const SCHEDULES = [
  ["constant", _("constant")],
  ["one-cycle", _("one cycle: up, then down to 0")],
  ["cosine", _("cosine: down to 0")],
];
const PRECISIONS = [
  ["auto", _("as fast as it goes")],
  ["float32", "float32"],
  ["bfloat16", "bfloat16"],
];
const INITIALIZATIONS = [
  ["default", _("random")],
  ["dirac", _("identity (dirac)")],
];

const withMomentum = ({ optimizer }) => optimizer === "sgd" || optimizer === "muon";
const withDecay = ({ optimizer }) => ["sgd", "adamw", "muon"].includes(optimizer);

/** field: title, stops, when it matters; its ends are the training's. */
const NUMBERS = {
  learning_rate: { title: _("learning rate"), stops: roundStops(1e-6, 10) },
  batch_size: { title: _("batch"), stops: doublingStops(8, 1024), whole: true },
  epochs: { title: _("epochs"), stops: [1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100, 200], whole: true },
  decay: { title: _("decay"), stops: [0, ...roundStops(1e-7, 0.1)] },
  momentum: { title: _("momentum"), stops: [0, 0.5, 0.8, 0.85, 0.9, 0.95, 0.99], when: withMomentum },
  weight_decay: { title: _("weight decay"), stops: [0, ...roundStops(1e-6, 0.5)], when: withDecay },
  warm_up: {
    title: _("warm-up, %"),
    stops: [0, 5, 10, 15, 20, 25, 30, 40, 50],
    scale: 100,
    when: ({ schedule }) => schedule !== "constant",
  },
  label_smoothing: { title: _("label smoothing"), stops: [0, 0.05, 0.1, 0.15, 0.2, 0.3] },
  ema: { title: _("mean of weights"), stops: [0, 0.9, 0.95, 0.99, 0.995, 0.999] },
};
const CHOICES = { schedule: SCHEDULES, precision: PRECISIONS, initialization: INITIALIZATIONS };

export function connectOptimizer(page) {
  $("#optimizer").replaceChildren(
    ...Object.entries(OPTIMIZERS).map(([value, [title]]) => h("option", { value }, title)),
  );
  $("#optimizer").addEventListener("change", ({ target }) => setTraining(page, { optimizer: target.value }));
  $("#lecture-optimizer").addEventListener("click", () => setTraining(page, LECTURE));
  for (const [name, { scale = 1 }] of Object.entries(NUMBERS))
    slider(name).addEventListener("value", ({ detail }) => setTraining(page, { [name]: detail.value / scale }, detail));
  for (const [name, options] of Object.entries(CHOICES)) connectChoice(page, name, options);
  for (const name of ["shuffle", "nesterov"])
    check(name).addEventListener("change", ({ target }) => setTraining(page, { [name]: target.checked }));
  return { refresh: () => refresh(page.state.training, page.dataset) };
}

const slider = (name) => $(`#optimizer-card value-slider[data-field="${name}"]`);
const check = (name) => $(`#optimizer-card input[data-field="${name}"]`);
const select = (name) => $(`#optimizer-card select[data-field="${name}"]`);

function connectChoice(page, name, options) {
  select(name).replaceChildren(...options.map(([value, title]) => h("option", { value }, title)));
  select(name).addEventListener("change", ({ target }) => setTraining(page, { [name]: target.value }));
}

function refresh(training, dataset) {
  $("#optimizer").value = training.optimizer;
  $("#optimizer-words").textContent = OPTIMIZERS[training.optimizer][1];
  for (const [name, { when, scale = 1, ...look }] of Object.entries(NUMBERS)) {
    const [low, high] = BOUNDS[name].map((end) => end * scale);
    slider(name).hidden = Boolean(when && !when(training));
    slider(name).set({ ...look, low, high, value: Number((training[name] * scale).toPrecision(12)) });
  }
  for (const name of Object.keys(CHOICES)) select(name).value = training[name];
  for (const name of ["shuffle", "nesterov"]) check(name).checked = training[name];
  check("nesterov").closest("label").hidden = training.optimizer !== "sgd";
  const isLectures = Object.entries(LECTURE).every(([name, value]) => isSame(training[name], value));
  $("#lecture-optimizer").setAttribute("aria-pressed", String(isLectures));
  $("#rate-curve").hidden = !dataset;
  if (dataset)
    $("#rate-curve").show(
      training,
      training.epochs * stepsAnEpoch(learnedFrom(dataset, training), training.batch_size),
      rateText,
    );
  const decay = training.decay ? `, decay ${rateText(training.decay)}` : "";
  $("#optimizer-fact").textContent =
    `${OPTIMIZERS[training.optimizer][0]}(${rateText(training.learning_rate)}${decay})`;
}

/** A rate as code has it: 1e-6 rather than 0.000001. */
function rateText(value) {
  const rounded = Number(value.toPrecision(3));
  return rounded > 0 && rounded < 0.001 ? rounded.toExponential().replace(".", plain(0.5).at(1)) : plain(rounded);
}
