// One card at a time: its text, then its questions. Buttons, dots, arrow keys, a clicker and the address lead from one
// to the next. It does not know what stands beside them.

import { isTextField } from "../rooms/transfers.js";
import { say } from "../shared/dom.js";

const WAYS = { ArrowRight: 1, ArrowLeft: -1, PageDown: 1, PageUp: -1, " ": 1 };
const READING = ["PageDown", "PageUp", " "]; // keys that first read a long card to its end
const ACTIVE = "a, button, summary, select, label, [role=switch]"; // where the space bar is a click
const [PAGE, SLACK] = [0.8, 4]; // of what is seen of a card; pixels
const $ = (selector) => document.querySelector(selector);

export class Steps {
  #stage;
  #steps;
  #at = -1;
  #enter;

  /** `enter(card, step)` hears which card, and which part of it, is current. */
  constructor(stage, enter) {
    [this.#stage, this.#enter] = [stage, enter];
    this.#steps = [...stage.querySelectorAll(".step")];
    scrollTo({ top: 0, behavior: "instant" }); // the browser has gone to the card of the address
    $("#previous").addEventListener("click", () => this.turn(-1));
    $("#next").addEventListener("click", () => this.turn(1));
    for (const dot of this.#dots()) dot.addEventListener("click", () => this.open(dot.dataset.card));
    addEventListener("keydown", (event) => this.hear(event));
    addEventListener("hashchange", () => this.open(location.hash.slice(1)));
    this.open(location.hash.slice(1)) || this.#go(0);
  }

  /** Opens the card of that name, and says whether there is one. */
  open(name) {
    const at = this.#steps.findIndex((step) => cardOf(step).id === name);
    if (at >= 0) this.#go(at);
    return at >= 0;
  }

  /** To the next step or the one before; past the last one to the next chapter. */
  turn(way) {
    const at = this.#at + way;
    if (this.#steps[at]) return this.#go(at);
    const address = way > 0 ? this.#stage.dataset.after : this.#stage.dataset.before;
    if (address) location.assign(address);
    return undefined;
  }

  /** A key of this page, or of the exhibit's. */
  hear(event) {
    const way = WAYS[event.key] * (event.shiftKey ? -1 : 1);
    const isBusy = event.ctrlKey || event.metaKey || event.altKey || isTextField(event.target);
    const isElsewhere = document.querySelector("dialog[open], [popover]:popover-open");
    if (!way || event.defaultPrevented || isBusy || isElsewhere) return;
    if (event.shiftKey && event.key !== " ") return;
    if (event.key === " " && event.target.closest?.(ACTIVE)) return;
    event.preventDefault();
    if (!READING.includes(event.key) || !this.#read(way)) this.turn(way);
  }

  /** Reads on in a card that is longer than its place, and says whether there was more of it. */
  #read(way) {
    const place = $("#cards");
    const rest = way > 0 ? place.scrollHeight - place.clientHeight - place.scrollTop : place.scrollTop;
    if (rest <= SLACK) return false;
    place.scrollBy({ top: way * PAGE * place.clientHeight });
    return true;
  }

  #go(at) {
    const [before, step] = [this.#steps[this.#at], this.#steps[at]];
    const card = cardOf(step);
    const isFocused = before && (hasNoFocus() || before.contains(document.activeElement));
    this.#at = at;
    for (const other of this.#steps) other.classList.toggle("is-current", other === step);
    for (const other of this.#stage.querySelectorAll(".lesson-card"))
      other.classList.toggle("is-current", other === card);
    this.#stage.classList.toggle("is-first", at === 0);
    $("#cards").scrollTop = 0;
    this.#showDots(card.id);
    $("#previous").disabled = at === 0 && !this.#stage.dataset.before;
    if (before) history.replaceState(history.state, "", `#${card.id}`);
    if (isFocused) (step.querySelector("h2") ?? step).focus({ preventScroll: true });
    if (before) say($("#announcement"), card.querySelector("h2").textContent);
    this.#enter(card, step);
  }

  #showDots(name) {
    for (const dot of this.#dots()) {
      if (dot.dataset.card === name) dot.setAttribute("aria-current", "step");
      else dot.removeAttribute("aria-current");
    }
  }

  #dots() {
    return $("#dots").querySelectorAll("button");
  }
}

function hasNoFocus() {
  return [null, document.body, $("#main")].includes(document.activeElement);
}

function cardOf(step) {
  return step.closest(".lesson-card");
}
