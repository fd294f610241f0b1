// Preparation of the input: which numbers the network is fed, and the trap of statistics from the wrong pictures.

import "./number-histogram.js";
import "./segmented-choice.js";
import { fixed, number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { fedOf } from "./fed.js";
import { setTraining } from "./fields.js";

const $ = (selector) => document.querySelector(selector);

const NORMALIZATIONS = [
  { value: "none", text: _("0–255"), title: _("the levels as they are") },
  { value: "unit", text: _("0–1"), title: _("levels divided by 255") },
  { value: "center", text: _("center"), title: _("0–1, minus the mean") },
  { value: "standardize", text: _("standardize"), title: _("minus the mean, divided by the deviation") },
];
const STATISTICS = [
  { value: "training", text: _("training"), title: _("of the pictures it learns from, as it should be") },
  { value: "biased", text: _("only the dark ones"), title: _("of the darkest tenth of them: a trap") },
  { value: "test", text: _("the test set"), title: _("of the pictures that are to judge it at the end: a trap") },
];
const SENTENCES = {
  none: _(
    "The levels go in as they are: large numbers, large sums, and steps that are too large or too small. Compare it with 0–1.",
  ),
  unit: _("Levels divided by 255: the least that should always be done."),
  center: _("Each channel minus its mean: the numbers lie around 0."),
  standardize: _("Each channel minus its mean, divided by its deviation: mean 0, deviation 1."),
};
const TRAPS = {
  biased: _(
    "The trap: the mean and deviation are those of dark pictures only. For all the others the numbers are off, and so it would be with photos from the real world that look different from the data set.",
  ),
  test: _(
    "The trap: the test pictures have a say in the preparation. What they tell at the end is then no honest test.",
  ),
};

export function connectInput(page) {
  const fed = fedOf(page);
  $("#normalization").addEventListener("choice", ({ detail }) => setTraining(page, { normalization: detail }));
  $("#statistics").addEventListener("choice", ({ detail }) => setTraining(page, { statistics: detail }));
  fed.listen(() => showFed(fed));
  return { refresh: () => refresh(page, fed) };
}

function refresh({ state, dataset }, fed) {
  const { normalization, statistics } = state.training;
  const isMeasured = normalization === "center" || normalization === "standardize";
  const hasTest = !dataset || dataset.test > 0;
  const trap = isMeasured ? TRAPS[statistics] : null;
  $("#normalization").show({ title: _("numbers"), options: NORMALIZATIONS, value: normalization });
  $("#statistics").hidden = !isMeasured;
  $("#statistics").show({
    title: _("mean and deviation of"),
    options: STATISTICS.map((option) => ({ ...option, isPossible: option.value !== "test" || hasTest })),
    value: statistics,
  });
  $("#input-words").textContent = trap ?? SENTENCES[normalization];
  $("#input-words").classList.toggle("is-trap", Boolean(trap));
  fed.refresh();
}

function showFed({ shown, problem, isStale }) {
  $("#input-card").setAttribute("aria-busy", String(isStale));
  if (isStale) return;
  $("#fed").hidden = !shown;
  $("#fed-problem").hidden = !problem;
  $("#fed-problem").textContent = problem ?? "";
  $("#input-fact").textContent = shown
    ? _("%(low)s to %(high)s", { low: number(shown.range[0]), high: number(shown.range[1]) })
    : "";
  if (!shown) return;
  const words = _("mean %(mean)s, deviation %(deviation)s", {
    mean: fixed(shown.mean),
    deviation: fixed(shown.deviation),
  });
  $("#fed").show(shown.histogram);
  $("#fed").setAttribute(
    "aria-label",
    _("The numbers that the network is fed: from %(low)s to %(high)s, %(words)s", {
      low: number(shown.range[0]),
      high: number(shown.range[1]),
      words,
    }),
  );
  $("#fed-words").textContent = words;
  $("#fed-source").textContent = shown.statistics.mean.some((value) => value !== 0)
    ? _("Measured on %(source)s.", { source: shown.source })
    : "";
}
