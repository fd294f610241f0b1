// The state as the fields of a request: what the server needs to compute the picture on the screen.

import { nameStep } from "./address.js";
import { automaticMode } from "../shared/display.js";

/** The steps up to the open one, with the color, display mode and size that the screen shows. */
export function requestFields({ state, kernels, origin, levels }) {
  const steps = state.steps.slice(0, state.at + 1);
  const display = state.display === "auto" ? automaticMode(steps) : state.display;
  const reduced = Number(origin.width) > levels.width || Number(origin.height) > levels.height;
  return {
    ...stepFields(steps.map((step) => nameStep(step, kernels))),
    ...changed({ color: state.color, display }),
    max_side: reduced ? state.size : null,
  };
}

function stepFields(named) {
  const [first] = named;
  const isLone = named.length === 1 && (first.kernel || first.matrix);
  return isLone ? first : { steps: named };
}

function changed({ color, display }) {
  return { ...(color === "rgb" ? {} : { color }), ...(display === "clip" ? {} : { display }) };
}
