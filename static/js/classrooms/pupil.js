// A pupil's page: waits for a question, takes an answer, shows what all answered.

import { answerClass, readClass } from "../calls/classes.js";
import { say } from "../shared/dom.js";
import { _ } from "../shared/i18n.js";
import { told } from "../shared/told.js";
import { Stand } from "./stand.js";
import { watchClass } from "./watching.js";

const { code } = told.classroom;
const $ = (selector) => document.querySelector(selector);

class Pupil {
  #stand = new Stand(true, complain);
  #state = { question: null };
  #mine = null;

  async start() {
    this.#stand.element.addEventListener("answer", ({ detail }) => this.#answer(detail.answer));
    try {
      const state = await readClass(code);
      this.#mine = state.answer;
      await this.#show(state);
    } catch (error) {
      complain(error.message);
    }
    document.documentElement.dataset.ready = "true";
    watchClass(code, { show: (state) => this.#show(state), closed: () => this.#close(), away: complain });
  }

  async #show(state) {
    const before = this.#state.question?.number;
    if (before && before !== state.question?.number) this.#mine = null;
    this.#state = state;
    document.documentElement.dataset.stage = stageOf(state, this.#mine);
    await this.#stand.show(state, this.#mine);
    this.#say();
  }

  async #answer(answer) {
    complain(null);
    try {
      const { answer: kept } = await answerClass(code, this.#state.question.number, answer);
      this.#mine = kept;
      await this.#show(this.#state);
    } catch (error) {
      complain(error.message);
    }
  }

  #say() {
    const { question, is_revealed: isRevealed, answered } = this.#state;
    let sentence = _("Choose your answer.");
    if (!question) sentence = _("You are in. The question appears here.");
    else if (isRevealed) sentence = _("Answers of the class: %(count)s", { count: answered });
    else if (this.#mine !== null) sentence = _("Answered. You may change it until the answers are shown.");
    say($("#class-state"), sentence);
  }

  #close() {
    document.documentElement.dataset.stage = "closed";
    $("#class-open").hidden = true;
    $("#class-closed").hidden = false;
    say($("#class-state"), _("Your teacher has closed this class."));
    complain(null);
  }
}

function stageOf({ question, is_revealed: isRevealed }, mine) {
  if (!question) return "waiting";
  if (isRevealed) return "revealed";
  return mine === null ? "asked" : "answered";
}

function complain(message) {
  $("#class-problem").hidden = message === null;
  say($("#class-problem"), message ?? "");
}

new Pupil().start();
