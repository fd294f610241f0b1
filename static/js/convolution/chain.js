// The chain of steps: opening, adding and removing them.

import "./step-chain.js";
import { findName, fromKernel } from "./address.js";
import { shrink } from "./bench.js";
import { automaticMode, toRgba } from "../shared/display.js";
import { _ } from "../shared/i18n.js";
import { complete } from "../shared/steps.js";

const THUMBNAIL = 128;

export function connectChain(page) {
  const chain = document.querySelector("#chain");
  chain.addEventListener("open", ({ detail }) => page.change({ at: detail, x: null, y: null }));
  chain.addEventListener("add", ({ detail }) => page.insert(offered(page, detail)));
  chain.addEventListener("remove", ({ detail }) => remove(page, detail));
  const row = document.querySelector("#chain-row");
  row.addEventListener("toggle", () => {
    page.redraw(); // what leads from part to part goes where the parts are now
    if (row.open !== page.state.open.includes("chain")) say(page, row.open);
  });
  const enter = (panels) => (row.open = panels.includes("chain"));
  return { refresh: () => offer(page), settle: () => showChain(page, chain), enter };
}

/** The address says whether the row is open. */
function say(page, isOpen) {
  const others = page.state.open.filter((name) => name !== "chain");
  page.change({ open: isOpen ? [...others, "chain"] : others });
}

function showChain(page, chain) {
  const shown = tiles(page);
  chain.show(shown, page.state.at);
  document.querySelector("#chain-fact").textContent = shown.map(({ title }) => title).join(" → ");
}

function offered(page, type) {
  return type === "convolution"
    ? fromKernel(page.kernels.find(({ name }) => name === "gaussian-blur"))
    : complete({ type });
}

/** A step for which there is no room cannot be added. */
function offer(page) {
  for (const button of document.querySelectorAll("[data-add]"))
    button.disabled = !page.takes(offered(page, button.dataset.add));
}

function remove(page, index) {
  const { steps, at } = page.state;
  const shorter = steps.toSpliced(index, 1);
  page.change({ steps: shorter, at: Math.min(at > index ? at - 1 : at, shorter.length - 1), x: null, y: null });
}

function tiles(page) {
  const { state, bench, kernels } = page;
  const input = shrink(bench.picture, THUMBNAIL);
  const first = { title: _("picture"), ...sized(bench.picture, input, toRgba(input, "clip")) };
  return [first, ...state.steps.map((step, index) => tile(step, index, state, bench.resultOf(index), kernels))];
}

function tile(step, index, { steps, at, display }, result, kernels) {
  const title = stepTitle(step, kernels);
  if (!result) return { title, picture: null };
  const small = shrink(result, THUMBNAIL);
  const mode = index === at && display !== "auto" ? display : automaticMode(steps.slice(0, index + 1));
  return { title, ...sized(result, small, toRgba(small, mode)), isSigned: mode === "signed" };
}

/** A small picture that tells the size of the whole one. */
function sized(whole, small, rgba) {
  return { picture: small, whole, rgba };
}

function stepTitle(step, kernels) {
  if (step.type === "relu") return _("ReLU");
  if (step.type === "max_pool") return _("max pooling");
  if (step.type === "average_pool") return _("average pooling");
  const name = findName(step, kernels);
  return kernels.find((kernel) => kernel.name === name)?.title ?? _("your own");
}
