// The exhibit beside the cards: a room's own page in a frame, steered by its address. A state of the room that is shown
// already is put into its history, which rooms answer by reading their address anew; another room is loaded behind the
// old picture, and shown once it is ready. It does not know cards.

import { h } from "../shared/dom.js";
import { _ } from "../shared/i18n.js";

const LEFT_OUT = "header,rows,door,footer,tabs"; // parts of a room that the text beside it stands for
const ROOMY = matchMedia("(min-width: 721px)"); // where a kernel is changed beside its numbers, without the list of all
const NO_STATE = ["hide", "lang", "class"]; // what an address says beside a room's state
const LOOK_MS = 300;
const SETTLE_MS = 900; // until a room has written its address out
const PATIENCE_MS = 20_000; // then a page that never says that it is ready is shown as it is
const TOUCHES = ["pointerdown", "keydown", "input", "drop"];
const PAGES = ["PageDown", "PageUp"]; // a clicker's keys, wherever the focus is

const root = document.documentElement;

export class Exhibit {
  #place;
  #back;
  #turn;
  #frame = null;
  #coming = null;
  #wanted = null; // {address, name}
  #shown = null; // the address that the frame was last sent to
  #settled = null; // what it made of it
  #isTouched = false;
  #due = 0;

  /** Frames go into `place`; `back` is the button that undoes what the visitor did; `turn` hears a clicker's keys. */
  constructor(place, { back, turn }) {
    [this.#place, this.#back, this.#turn] = [place, back, turn];
    back.addEventListener("click", () => this.restore());
    for (const type of ["theme", "class-view"]) document.addEventListener(type, () => this.#dress(type));
    setInterval(() => this.#look(), LOOK_MS);
  }

  /** Shows a room's state; `name` is the room's. */
  show(address, name) {
    this.#wanted = { address, name };
    this.#go();
  }

  /** Shows the card's state again. */
  restore() {
    this.#shown = null;
    this.#go();
  }

  #go() {
    if (this.#coming) return; // what comes is steered once it is there
    const { address } = this.#wanted;
    if (address === this.#shown) return;
    if (this.#frame && pathOf(this.#frame.contentWindow.location.pathname) === pathOf(address)) this.#steer(address);
    else this.#load();
  }

  #steer(address) {
    const view = this.#frame.contentWindow;
    view.history.replaceState(null, "", framed(address));
    this.#rest(address);
    view.dispatchEvent(new view.PopStateEvent("popstate"));
  }

  async #load() {
    const { address, name } = this.#wanted;
    const frame = h("iframe", { title: _("Beside it: %(room)s", { room: name }), allow: "camera; fullscreen" });
    frame.classList.add("is-coming");
    frame.src = framed(address);
    this.#coming = frame;
    this.#place.append(frame);
    await readiness(frame);
    this.#connect(frame);
    this.#frame?.remove();
    frame.classList.remove("is-coming");
    [this.#frame, this.#coming] = [frame, null];
    this.#rest(address);
    this.#go();
  }

  /** From now on whatever the room's address becomes, unless somebody touches it, is the card's state. */
  #rest(address) {
    [this.#shown, this.#settled, this.#isTouched] = [address, null, false];
    this.#due = performance.now() + SETTLE_MS;
    this.#back.hidden = true;
  }

  #connect(frame) {
    const page = frame.contentDocument;
    if (!page) return; // a browser's own page, where the room did not come
    for (const type of TOUCHES) page.addEventListener(type, () => this.#touch(), { capture: true });
    page.addEventListener("pointermove", () => performance.now() > this.#due && this.#touch());
    page.addEventListener("keydown", (event) => PAGES.includes(event.key) && this.#turn(event));
    page.addEventListener("click", leadOut, { capture: true });
  }

  /** Heard before the room hears it: what the address says now is what the card made of it, looked at or not. */
  #touch() {
    this.#settled ??= stateOf(this.#frame.contentWindow.location);
    this.#isTouched = true;
  }

  /** The visitor may have changed what is shown. */
  #look() {
    if (!this.#frame || this.#coming) return;
    const said = stateOf(this.#frame.contentWindow.location);
    if (!this.#isTouched) this.#settled = said;
    this.#back.hidden = said === this.#settled;
  }

  /** The theme and class view of the page are those of its exhibit. */
  #dress(type) {
    const view = this.#frame?.contentWindow;
    if (!view) return;
    const { dataset } = view.document.documentElement;
    for (const name of ["theme", "class"]) {
      if (name in root.dataset) dataset[name] = root.dataset[name];
      else delete dataset[name];
    }
    view.document.dispatchEvent(new view.CustomEvent(type));
  }
}

/** Resolves when the page in the frame says that it is ready. */
async function readiness(frame) {
  const end = performance.now() + PATIENCE_MS;
  const isReady = () => frame.contentDocument?.documentElement?.dataset.ready;
  while (!isReady() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** A link to another page leads out of the exhibit. */
function leadOut({ target }) {
  const link = target.closest?.("a[href]");
  if (link && !link.getAttribute("href").startsWith("#") && !link.download) link.target = "_top";
}

function pathOf(address) {
  return address.split("?")[0];
}

/** The address of a room's state without what stands around it. */
function framed(address) {
  const at = new URL(address, location.origin);
  at.searchParams.set("hide", ROOMY.matches ? `${LEFT_OUT},kernels` : LEFT_OUT);
  return at.pathname + at.search;
}

function stateOf({ pathname, search }) {
  const query = new URLSearchParams(search);
  for (const name of NO_STATE) query.delete(name);
  query.sort();
  return `${pathname}?${query}`;
}
