// A class's question on a page as the class stands: asked for, answered by whom, and once it is shown, commented.

import { judgeAnswer, readQuestion } from "../calls/classes.js";
import { isPassing } from "../api.js";
import "./class-question.js";

const PAUSE_MS = 1000; // before what did not come is asked for again
const $ = (selector) => document.querySelector(selector);

export class Stand {
  #number = 0;
  #isShown = false;
  #turn = Promise.resolve(); // states are drawn one after the other, however long a question takes to come

  #newest = null;

  /** `mayAnswer` says whether this is a pupil's page; `complain` shows a message, or takes it away. */
  constructor(mayAnswer, complain) {
    [this.mayAnswer, this.complain] = [mayAnswer, complain];
    this.element = $("class-question");
  }

  /** The class as it stands, with one's own answer; resolves once it is drawn, or will not be. */
  show(state, mine = null) {
    this.#newest = state;
    this.#turn = this.#turn.then(() => this.#try(state, mine));
    return this.#turn;
  }

  /** Again and again while the server is away, unless the class has gone on. */
  async #try(state, mine) {
    for (let isAway = false; ; isAway = true) {
      try {
        await this.#draw(state, mine);
        if (isAway) this.complain(null);
        return;
      } catch (error) {
        this.complain(error.message);
        if (!isPassing(error) || this.#newest !== state) return;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #draw({ question, is_revealed: isRevealed, answers }, mine) {
    if (!question) return;
    if (question.number !== this.#number) await this.#ask(question);
    this.element.chosen = mine;
    if (isRevealed && !this.#isShown) await this.#reveal(question, answers, mine);
  }

  async #ask({ number, kind, seed }) {
    const told = await readQuestion(kind, seed);
    this.#number = number;
    this.#isShown = false;
    this.element.ask(told, this.mayAnswer);
    [this.element.hidden, $("#no-question").hidden] = [false, true];
  }

  async #reveal({ kind, seed }, answers, mine) {
    this.element.reveal(answers, mine);
    const isTyped = !this.element.question.choices;
    const given = mine ?? answers.find(({ right }) => right).answer;
    this.element.comment(mine, await judgeAnswer(kind, seed, isTyped ? Number(given) : given));
    this.#isShown = true;
  }
}
