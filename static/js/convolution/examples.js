// The prepared examples: where the page shows one at its number, the example's own sentence says why it is high there.

import { readAddress } from "./address.js";
import { brief } from "../shared/steps.js";

/** {said()}: [sentence, ""] of the example that the page shows now, or null. */
export function connectExamples(page) {
  const examples = [...document.querySelectorAll("#examples a")].map((link) => ({
    key: keyOf(readAddress(link.search, page.kernels)),
    text: link.querySelector("span").textContent,
  }));
  return {
    said() {
      const key = keyOf(page.state);
      const shown = examples.find((example) => example.key === key);
      return shown ? [shown.text, ""] : null;
    },
  };
}

function keyOf({ sample, steps, at, x, y }) {
  return JSON.stringify([sample, steps.map(brief), at, x, y]);
}
