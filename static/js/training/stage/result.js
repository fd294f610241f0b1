// The result of a training: its test accuracy, by which nothing was chosen, the lecture's last line, and three ways on:
// its errors, one's own photo, one thing changed.

import { linkTo } from "../../shared/address.js";
import { number, percentFine } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { isSecret } from "../../shared/layers.js";
import { finalLines } from "../charts/words.js";
import { ENDED } from "../runs/run-feed.js";

const $ = (selector) => document.querySelector(selector);
const each = (way) => document.querySelectorAll(`[data-way=${way}]`);

export function connectResult(page) {
  for (const button of each("errors")) button.addEventListener("click", showErrors);
  for (const button of each("change"))
    button.addEventListener("click", () => {
      page.clone(page.run.id);
      $("#run-start").focus();
    });
  return { refresh: () => show(page) };
}

function showErrors() {
  $("#confusion-row").open = true;
  $("#confusion-row").scrollIntoView({ block: "start" });
  $("#confusion-row summary").focus({ preventScroll: true });
}

function show(page) {
  const { run, feed } = page;
  const test = run?.test ?? feed?.states.at(-1)?.test ?? null;
  const isOver = Boolean(run) && ENDED.includes(run.state) && (Boolean(test) || run.state !== "finished");
  for (const card of document.querySelectorAll(".result, .phone-result")) {
    card.hidden = !isOver;
    card.querySelector(".result-number").hidden = !test;
    card.querySelector("[data-told=share]").textContent = test ? percentFine(test.accuracy) : "";
    card.querySelector("[data-told=note]").textContent = test ? noteOf(page) : "";
  }
  $("#final-lines").textContent = test ? finalLines(test).join("\n") : "";
  showWays(page);
}

function noteOf({ run, datasets }) {
  const dataset = datasets.find(({ name }) => name === run.dataset);
  return dataset ? _("on %(count)s pictures it had never seen", { count: number(dataset.test) }) : "";
}

/** The photo goes along where the next room can have it; secret pictures are nobody's to take further. */
function showWays({ run, photoName }) {
  for (const button of each("change")) button.hidden = !run || isSecret(run.dataset);
  const inside = linkTo(
    "classification",
    run?.model ? { model: run.model, ...(photoName && { sample: photoName }) } : {},
  );
  $("#door").href = inside;
  for (const link of each("photo")) {
    link.hidden = !run?.model;
    link.href = inside;
  }
}
