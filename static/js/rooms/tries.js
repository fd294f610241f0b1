// What to try first in a room: each a link to a state of it, shown in place, and ticked off in this browser. It does
// not know rooms; a room reads its address anew when the browser's history moves, and tells once it shows it
// ("returned").

import { OWN, addressOf } from "../shared/address.js";
import { note, notedObject } from "../shared/keep.js";
import { ownPhoto } from "./photo.js";

const KEPT = "tries"; // room -> {tried, isAway}
const FILE = "upload"; // where a photo comes from
const root = document.documentElement;
let awaited = null; // what the visitor is choosing
const $ = (selector) => document.querySelector(selector);

export function connectTries() {
  if (!$("#tries")) return;
  for (const link of links()) link.addEventListener("click", (event) => isPlain(event) && follow(event, link));
  $(".tries-open").addEventListener("click", () => unfold($(".tries-open").getAttribute("aria-expanded") === "false"));
  $("#tries-away").addEventListener("click", () => show(false));
  $("#tries-back").addEventListener("click", () => show(true));
  new MutationObserver(tickOwn).observe(root, { attributeFilter: ["data-picture"] });
  mark();
}

const links = () => document.querySelectorAll("[data-try]");
const { room } = root.dataset;
const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;

/** Shows its state, presses what is to be pressed then, and says what there is to see. */
async function follow(event, link) {
  event.preventDefault();
  unfold(false);
  const { press } = link.dataset;
  if (press === FILE && !(await ownPhoto())) return $(`#${(awaited = FILE)}`).click(); // ticked once the photo is there
  await go(press === FILE ? `sample=${OWN}` : link.search.slice(1));
  if (press && press !== FILE) $(`#${press}`).click();
  return tick(link);
}

/** Resolves once the room shows it; the picture stays, where the state names none. */
async function go(query) {
  const said = new URLSearchParams(query);
  const { picture } = root.dataset;
  if (picture && !said.has("sample")) query += `&sample=${picture}`;
  const shown = new Promise((resolve) => document.addEventListener("returned", resolve, { once: true }));
  history.pushState(null, "", addressOf(query));
  dispatchEvent(new PopStateEvent("popstate"));
  await shown;
}

/** A photo that came by another way is one's photo as well. */
function tickOwn() {
  const link = $(`[data-press="${FILE}"]`);
  if (root.dataset.picture === OWN && link) tick(link, awaited === FILE);
}

function tick(link, isToSay = true) {
  awaited = null;
  write({ tried: [...new Set([...(read().tried ?? []), link.dataset.try])] });
  if (isToSay) say(link);
  mark();
}

function say(link) {
  $("#tries-said").textContent = link.dataset.sentence;
  for (const other of links()) other.setAttribute("aria-current", String(other === link));
}

function mark() {
  const { tried = [] } = read();
  for (const link of links()) {
    const isTried = tried.includes(link.dataset.try);
    link.classList.toggle("is-tried", isTried);
    link.querySelector(".tried").hidden = !isTried;
  }
}

function show(isShown) {
  root.toggleAttribute("data-tries", isShown);
  write({ isAway: !isShown });
  unfold(false);
  if (isShown) scrollTo({ top: 0, behavior: "instant" });
  dispatchEvent(new Event("resize")); // what lies below has another height
  (isShown ? ([...links()].find((link) => link.checkVisibility()) ?? $(".tries-open")) : $("#main")).focus({
    preventScroll: true,
  });
}

function unfold(isOpen) {
  $(".tries-open").setAttribute("aria-expanded", String(isOpen));
}

function read() {
  return notedObject(KEPT)[room] ?? {};
}

function write(patch) {
  note(KEPT, { ...notedObject(KEPT), [room]: { ...read(), ...patch } });
}
