// The one big button (Start, Pause, Go on) with its menu, the learning rate while it learns, and where the run stands.

import { h } from "../../shared/dom.js";
import { parseNumber, plain } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { isSame } from "../builder/differences.js";
import { isServersOwn } from "../builder/places.js";
import { ENDED } from "./run-feed.js";
import { tell } from "../../rooms/notice.js";
import { colorOf } from "../charts/colors.js";
import { watchLink } from "./queue.js";
import { orderSentence, progressLine, stateSentence, titleOf } from "../charts/words.js";

const HIGHEST_RATE = 1e4;
let asked = null; // {id, rate, before}: the learning rate that was asked for last, and the one that held then
let shown = ""; // what is said of the state
let isAwaited = false; // whether the keyboard waits for the button that takes the place of the one it pressed
const $ = (selector) => document.querySelector(selector);

export function connectControls(page) {
  for (const name of ["#run-start", "#run-another"]) $(name).addEventListener("click", () => start(page, $(name)));
  $("#run-pause").addEventListener("click", () => page.ask(page.run.id, { state: "paused" }));
  $("#run-on").addEventListener("click", () => page.ask(page.run.id, { state: "running" }));
  $("#run-stop").addEventListener("click", () => {
    $("#run-more").open = false;
    page.ask(page.run.id, { state: "stopped" });
  });
  $("#rate-field").addEventListener("change", ({ target }) => changeRate(page, target));
  addEventListener("keydown", (event) => press(event));
  return { refresh: () => refresh(page), hear: () => showProgress(page) };
}

/** The space bar presses the big button, from wherever nothing else would take it. */
function press(event) {
  if (event.key !== " " || event.target !== document.body || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = [...document.querySelectorAll(".run-controls > .big")].find((one) => one.checkVisibility());
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
}

async function start(page, button) {
  $("#run-more").open = false;
  const isKeyboards = document.activeElement === button; // which loses it as soon as it is disabled
  button.disabled = true;
  const isStarted = await page.attempt(async () => {
    const run = await page.submit();
    page.open(run.id, { tab: "train" });
    isAwaited = document.activeElement === document.body;
  });
  button.disabled = false;
  if (isKeyboards && !isStarted) button.focus();
}

/** A rate that is none stays where it was typed, marked, until the field is left. */
async function changeRate(page, field) {
  const { run } = page;
  const rate = parseNumber(field.value);
  const isRate = rate !== null && rate > 0 && rate <= HIGHEST_RATE;
  field.setAttribute("aria-invalid", String(!isRate));
  if (!isRate) return tell(_("A learning rate is a number above 0, such as 0.001."));
  if (!run || rate === rateOf(page)) return;
  asked = { id: run.id, rate, before: run.learning_rate };
  if (!(await page.ask(run.id, { learning_rate: rate }))) asked = null;
}

/** The rate that holds by hand; a schedule goes up to it. What was asked for while it was paused will hold. */
function rateOf({ run }) {
  return asked?.id === run.id && asked.before === run.learning_rate ? asked.rate : run.learning_rate;
}

function showRate({ run, feed }) {
  const now = feed?.step?.learning_rate ?? null;
  const isScheduled = run.training.schedule !== "constant";
  $("#rate-title").textContent = isScheduled ? _("highest learning rate") : _("learning rate");
  $("#rate-now").textContent = isScheduled && Number.isFinite(now) ? _("now %(rate)s", { rate: shortened(now) }) : "";
  if (document.activeElement === $("#rate-field")) return;
  $("#rate-field").value = shortened(rateOf({ run }));
  $("#rate-field").removeAttribute("aria-invalid");
}

/** Three figures are all that a learning rate needs. */
function shortened(rate) {
  return plain(Number(rate.toPrecision(3)));
}

function refresh(page) {
  const { run, dataset, state } = page;
  const focused = document.activeElement; // a browser forgets it as soon as it is hidden
  $("#run-sentence").replaceChildren(orderSentence(dataset, state), ...comparing(page));
  const may = (states) => Boolean(run?.mine) && states.includes(run.state);
  const mayPause = may(["running"]) && run.asked !== "paused";
  const mayGoOn = may(["paused"]) || (may(["failed"]) && run.step > 0);
  $("#run-pause").hidden = !mayPause;
  $("#run-on").hidden = !mayGoOn;
  const isWaited = may(["queued", "interrupted"]); // the ticket has the large button's place
  $("#run-start").hidden = mayPause || mayGoOn || isWaited;
  $("#run-another").hidden = !$("#run-start").hidden;
  $("#run-stop").hidden = !may(["queued", "running", "paused", "interrupted"]) || run.asked === "stopped";
  $("#run-more").classList.toggle("is-empty", $("#run-stop").hidden && $("#run-another").hidden);
  $("#run-stop-text").textContent = run?.state === "queued" ? _("Leave the queue") : _("Stop");
  $("#rate").hidden = !may(["running", "paused"]);
  passFocus(focused);
  showState(page);
  showProgress(page);
}

/**
 * Start and Go on lead to Pause, that to Go on, and Stop to Clone: who presses them by keyboard is not thrown back to
 * the page's beginning.
 */
function passFocus(focused) {
  if (!focused.checkVisibility() && focused.closest(".run-controls, .ways")) isAwaited = true;
  else if (focused !== document.body) isAwaited = false;
  const next = isAwaited && ["#run-on", "#run-pause", "#run-clone"].map($).find((button) => button.checkVisibility());
  if (!next) return;
  next.focus({ preventScroll: true });
  isAwaited = false;
}

/** " · comparing X and Y", each in the color of its curves. */
function comparing(page) {
  const { shown } = page;
  if (shown.length < 2) return [];
  const names = shown.map((run, index) => {
    const name = h("strong", {}, titleOf(run));
    name.style.setProperty("--run-color", colorOf(index));
    return name;
  });
  return [
    ` · ${_("comparing")} `,
    ...names.flatMap((name, index) => [...(index ? [index === names.length - 1 ? ` ${_("and")} ` : ", "] : []), name]),
  ];
}

function lostSentence({ state }) {
  if (state === "paused") return _("The connection is lost; reconnecting.");
  return _("The connection is lost; reconnecting. The run goes on, and no point will be missing.");
}

function showState(page) {
  const { run, feed } = page;
  const soon = { paused: _("Pausing at the end of this step …"), stopped: _("Stopping at the end of this step …") };
  const lost = feed?.connection === "reconnecting" ? `${lostSentence(run)} ` : "";
  const others =
    run && !run.mine && !ENDED.includes(run.state) ? ` ${_("Someone else started this run: you watch it.")}` : "";
  const told = run ? (soon[run.asked] ?? stateSentence(run, feed)) : startSentence(page);
  // nothing can be asked of it then
  const text = lost && run.state === "running" ? lost : `${lost}${told}${others}`.trim();
  const link = run?.state === "queued" ? watchLink(page) : null;
  if (shown !== text + link) $("#run-state").replaceChildren(...coded(text), ...(link ? [" ", link] : []));
  shown = text + link; // a link is written as its address
  $("#run-state").classList.toggle("is-bad", Boolean(lost) || ["diverged", "failed"].includes(run?.state));
}

/** What stands between backticks is a command. */
function coded(text) {
  return text.split("`").map((part, index) => (index % 2 ? h("code", {}, part) : part));
}

/** Where nothing runs yet: what pressing Start does; on the server itself, how to get the photos that it lacks. */
function startSentence(page) {
  const {
    datasets,
    shown: [compared],
  } = page;
  if (compared)
    return _("Change something and press Start: the new run is drawn together with %(run)s.", {
      run: `“${titleOf(compared)}”`,
    });
  const start = preparedOf(page)?.why ?? _("Press Start, and the network learns in front of you.");
  const cifar = datasets.find(({ name }) => name === "cifar10");
  if (!cifar || cifar.available || !isServersOwn()) return start;
  const fetching = _("CIFAR-10 is not on this server: `python -m app fetch cifar10` fetches it.");
  return `${start} ${fetching}`;
}

/** The prepared state that is on the page, as its link left it. */
function preparedOf(page) {
  const { dataset, network, training } = page.state;
  const isHere = (recipe) => isSame(page.settingsOf(recipe), { dataset, network, training });
  return page.recipes.find((recipe) => recipe.kind !== "start" && isHere(recipe));
}

function showProgress({ run, feed, onStage }) {
  $("#run-progress").textContent = onStage.run ? progressLine(onStage.run, onStage.feed) : "";
  $("#run-bar").value = !run ? 0 : feed?.step ? feed.step.step / feed.step.steps : run.step / (run.steps || 1);
  if (run) showRate({ run, feed });
}
