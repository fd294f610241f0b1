// The teacher's page of a class: how to join, a question to pick, how many answered, what they answered.

import { askClass, closeClass, readClass, revealAnswers } from "../calls/classes.js";
import { codeAddress } from "../api.js";
import { copyText } from "../shared/clipboard.js";
import { say } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { told } from "../shared/told.js";
import { Stand } from "./stand.js";
import { watchClass } from "./watching.js";

const { code, teacher_link: link } = told.classroom;
const LOCAL = ["localhost", "127.0.0.1", "[::1]"];
const CLICKER = ["PageDown", "ArrowRight"]; // what a presenter's clicker sends
const TOLD_MS = 1500;
const $ = (selector) => document.querySelector(selector);

class Board {
  #stand = new Stand(false, complain);
  #state = null;

  async start() {
    this.#showDoor();
    $("#class-controls").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#do(() => askClass(code, $("#kind").value, seedOf($("#seed").value)));
    });
    $("#reveal").addEventListener("click", () => this.#do(() => revealAnswers(code)));
    $("#kind").addEventListener("change", () => ($("#seed").value = ""));
    $("#copy-link").addEventListener("click", copyLink);
    $("#close-class").addEventListener("click", () => $("#closing").showModal());
    $("#closing").addEventListener("close", () => $("#closing").returnValue === "close" && this.#do(close));
    addEventListener("keydown", hear);
    await this.#do(() => readClass(code));
    document.documentElement.dataset.ready = "true";
    watchClass(code, { show: (state) => this.#show(state), closed: leave, away: complain });
  }

  #showDoor() {
    const path = `/class/${code}`;
    say($("#class-address"), `${location.host}/class`);
    $("#class-qr").src = codeAddress(path);
    $("#code-note").hidden = !LOCAL.includes(location.hostname);
  }

  /** What the server answers is how the class stands by then. */
  async #do(call) {
    complain(null);
    try {
      const state = await call();
      if (state?.code) await this.#show(state);
    } catch (error) {
      complain(error.message);
    }
  }

  async #show(state) {
    const isNews = state.question?.number !== this.#state?.question?.number;
    const isShown = state.is_revealed && !this.#state?.is_revealed;
    this.#state = state;
    const { question, is_revealed: isRevealed } = state;
    if (isNews && question) [$("#kind").value, $("#seed").value] = [question.kind, question.seed];
    if (isShown) chooseNext();
    this.#count(state);
    this.#steer(Boolean(question) && !isRevealed);
    await this.#stand.show(state);
  }

  #count({ question, pupils, answered }) {
    say($("#pupils"), number(pupils));
    say($("#answered"), question ? number(answered) : "–");
    $("#answered-share").value = pupils ? answered / pupils : 0;
  }

  /** One button is the next one to press: the clicker's. */
  #steer(isOpen) {
    $("#reveal").disabled = !isOpen;
    $("#reveal").classList.toggle("primary", isOpen);
    $("#ask").classList.toggle("primary", !isOpen);
    document.documentElement.dataset.stage = isOpen ? "open" : "shown";
  }
}

/** The kind after this one, of any seed: what “Ask” asks next. */
function chooseNext() {
  const list = $("#kind");
  list.selectedIndex = (list.selectedIndex + 1) % list.options.length;
  $("#seed").value = "";
}

function seedOf(text) {
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}

function hear(event) {
  const isElsewhere = event.target.closest?.("input, select, dialog") || document.querySelector("dialog[open]");
  if (!CLICKER.includes(event.key) || isElsewhere || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  $("#class-controls .primary").click();
}

async function close() {
  await closeClass(code);
  leave();
}

function leave() {
  location.assign("/class");
}

async function copyLink() {
  const done = await copyText(location.origin + link);
  say($("#copy-link"), done ? _("Copied") : _("Copy it from the address bar"));
  setTimeout(() => say($("#copy-link"), _("Copy teacher's link")), TOLD_MS);
}

function complain(message) {
  $("#class-problem").hidden = message === null;
  say($("#class-problem"), message ?? "");
}

new Board().start();
