// The teacher's board: asks every two seconds while somebody looks, and counts down in between.

import { readBoard } from "../../api.js";
import { h, say } from "../../shared/dom.js";
import { number, percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import "../charts/spark-line.js";
import { countdown } from "../runs/ticket.js";
import { STATES } from "./board-states.js";

const EVERY_MS = 2000;
const $ = (selector) => document.querySelector(selector);

class Row {
  #name = h("span", { class: "nickname" });
  #curve = h("spark-line");
  #accuracy = h("span", { class: "accuracy" });
  #where = h("span", { class: "where" });
  element = h("li", { class: "board-run" }, this.#name, this.#curve, this.#accuracy, this.#where);

  show(run) {
    this.element.dataset.state = run.state;
    this.element.style.setProperty("--done", run.done);
    say(this.#name, run.nickname);
    say(this.#accuracy, run.accuracy === null ? "" : percent(run.accuracy));
    say(this.#where, whereOf(run));
    this.#curve.shares = run.curve;
  }
}

/** "2 · 1:05" of who waits, "0:12" of who trains, else the state. */
function whereOf({ state, place, seconds }) {
  if (state === "queued" && seconds === null) return number(place); // nobody knows: a cluster has no machine for it
  if (state === "queued") return _("%(place)s · in %(time)s", { place: number(place), time: countdown(seconds) });
  if (state === "running" && seconds !== null) return _("%(time)s left", { time: countdown(seconds) });
  return STATES[state] ?? state;
}

class Board {
  #rows = new Map();
  #runs = [];
  #at = 0;

  start() {
    document.addEventListener("visibilitychange", () => document.hidden || this.#read());
    setInterval(() => document.hidden || this.#show(), 1000);
    this.#read();
  }

  async #read() {
    try {
      this.#runs = (await readBoard()).runs;
      this.#at = performance.now();
      $("#board-problem").hidden = true;
      this.#show();
    } catch (error) {
      $("#board-problem").hidden = false;
      say($("#board-problem"), error.message);
    }
    document.documentElement.dataset.ready = "true";
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.#read(), EVERY_MS);
  }

  /** What the server said, counted down to now. */
  #show() {
    const passed = (performance.now() - this.#at) / 1000;
    const runs = this.#runs.map((run) => ({
      ...run,
      seconds: run.seconds === null ? null : Math.max(0, run.seconds - passed),
    }));
    for (const id of this.#rows.keys()) if (!runs.some((run) => run.id === id)) this.#rows.delete(id);
    const elements = runs.map((run) => {
      if (!this.#rows.has(run.id)) this.#rows.set(run.id, new Row());
      this.#rows.get(run.id).show(run);
      return this.#rows.get(run.id).element;
    });
    if (elements.some((element, index) => $("#board-runs").children[index] !== element))
      $("#board-runs").replaceChildren(...elements);
    this.#count(runs);
  }

  #count(runs) {
    const [on, waiting] = ["running", "queued"].map((state) => runs.filter((run) => run.state === state));
    say($("#count-on"), number(on.length));
    say($("#count-waiting"), number(waiting.length));
    say($("#count-done"), number(runs.filter(({ state }) => state === "finished").length));
    const last = waiting.at(-1);
    const left = last ? last.seconds + last.lasts : Math.max(0, ...on.map(({ seconds }) => seconds ?? 0));
    $("#time-left-box").hidden = on.length + waiting.length === 0;
    say($("#time-left"), countdown(left));
    $("#board-none").hidden = runs.length > 0;
  }
}

new Board().start();
