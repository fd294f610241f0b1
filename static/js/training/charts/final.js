// The last line of a training, as the lecture prints it: loss and accuracy on pictures that nothing was chosen by.

import { number, percentFine } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { finalLines } from "./words.js";

const $ = (selector) => document.querySelector(selector);

export function connectFinal(page) {
  return { refresh: () => show(page) };
}

function show({ run, feed, datasets }) {
  const test = run?.test ?? feed?.states.at(-1)?.test ?? null;
  $("#final-card").hidden = !test;
  if (!test) return;
  $("#final-lines").textContent = finalLines(test).join("\n");
  const dataset = datasets.find(({ name }) => name === run.dataset);
  const count = dataset ? number(dataset.test) : "";
  $("#final-note").textContent = _(
    "Right on %(share)s of %(count)s pictures that the network had never seen. Whoever looks at them earlier, and changes something because of it, learns from them too.",
    { share: percentFine(test.accuracy), count },
  );
}
