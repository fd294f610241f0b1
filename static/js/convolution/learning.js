// "Learn this kernel": the server fits it by gradient descent, the page plays how.

import { fitKernel } from "../api.js";
import "./kernel-learning.js";
import { nameStep } from "./address.js";
import { shrink } from "./bench.js";
import { automaticMode, measure, toRgba } from "../shared/display.js";
import { applyStep } from "../shared/engine.js";
import { applied, complete } from "../shared/steps.js";

const SHOWN = 256;
const $ = (selector) => document.querySelector(selector);

export function connectLearning(page) {
  $("#learn").addEventListener("click", () => open(page));
  $("#learning-close").addEventListener("click", () => close(page));
  return {
    refresh: () => isOutdated(page) && close(page),
    enter: (panels) => panels.includes("learn") && open(page),
  };
}

// What the open panel has learned; it closes as soon as something else is on the screen.
let learned = null;

function lesson({ state, step, bench }) {
  return { picture: bench.picture, kernel: JSON.stringify([state.at, step.matrix, step.divisor, step.flip]) };
}

function isOutdated(page) {
  const now = lesson(page);
  return learned !== null && (learned.picture !== now.picture || learned.kernel !== now.kernel);
}

async function open(page) {
  const { step, state } = page;
  if (state.at > 0 || step.type !== "convolution") return;
  $("#learn").disabled = true;
  await page.attempt(async () => {
    const source = await page.still();
    const { picture } = page.bench;
    const { kernel, flip } = nameStep(step, page.kernels);
    const side = step.matrix.length;
    const twin = kernel && !flip ? { kernel } : { matrix: applied(step), divisor: step.divisor };
    const asked = { ...twin, size: side, max_side: state.size, color: state.color, start: "random" };
    const fit = await fitKernel(source, asked);
    page.change({ open: [...new Set([...state.open, "learn"])] });
    if (page.bench.picture !== picture) return;
    learned = lesson(page);
    show(true);
    $("#learning-note").hidden = isPlain(step);
    $("#kernel-learning").show(story(picture, step, fit));
  });
  $("#learn").disabled = false;
}

/** What the player needs: the prediction of any kernel beside the target, drawn on one scale. */
function story(picture, step, fit) {
  const small = shrink(picture, SHOWN);
  const wanted = applied(step).map((row) => row.map((weight) => weight / step.divisor));
  const mode = automaticMode([complete({ matrix: wanted })]);
  const filtered = (matrix) => applyStep(small, { matrix, border: "replicate", type: "convolution" });
  const target = filtered(wanted);
  const range = measure(target);
  const drawn = (result) => ({ picture: result, rgba: toRgba(result, mode, range), isSigned: mode === "signed" });
  return { fit, wanted, target: drawn(target), predict: (kernel) => drawn(filtered(kernel)) };
}

/** Descent compares whole pictures: where the window starts, jumps or is divided differently does not matter to it. */
function isPlain({ stride, dilation, offset, flip }) {
  return stride === 1 && dilation === 1 && offset === 0 && !flip;
}

/** It takes the place of the kernel and the result on the stage. */
function show(isShown) {
  $("#learning").hidden = !isShown;
  $("#stage").classList.toggle("is-learning", isShown);
}

function close(page) {
  learned = null;
  show(false);
  $("#kernel-learning").stop();
  page.change({ open: page.state.open.filter((panel) => panel !== "learn") });
}
