// A question as it is shown and answered: text, figures, choices or a field for a number, a reply, the working. It
// emits `answer` {kind, seed, answer}, a choice's letter or a number. Whether it is right is for its two elements:
// question-card.js judges at once, classrooms/class-question.js shows what a class answered.

import { emit, h } from "./dom.js";
import { parseAnswer } from "./format.js";
import { _ } from "./i18n.js";
import { drawFigure } from "./question-figures.js";

const LETTERS = "abcd";

export class Question extends HTMLElement {
  question = null; // as the server tells it

  constructor() {
    super();
    this.addEventListener("keydown", (event) => this.#hear(event));
  }

  /** Shows the question; `send` words a number's button, without one nobody answers here. */
  pose(question, { send = null, above = [], below = [] }) {
    const hadFocus = this.contains(document.activeElement);
    this.question = question;
    this.replaceChildren(
      ...above,
      h("h2", { class: "question-text", tabindex: "-1" }, question.text),
      h("div", { class: "question-figures" }, ...question.figures.map((figure) => drawFigure(figure))),
      h(
        "div",
        { class: "question-answers" },
        !question.choices && send ? this.#field(send) : null,
        h("ol", { class: "choices", "aria-label": _("Answers") }),
      ),
      h("p", { class: "question-reply", role: "status" }),
      h("div", { class: "question-working", hidden: true }),
      ...below,
    );
    this.list(question.choices ?? [], Boolean(send));
    if (hadFocus) this.querySelector(".question-text").focus();
  }

  /** A row for each answer {id, text, figure}: a button where it may be chosen, lettered where it has an id. */
  list(answers, mayChoose) {
    const row = ({ id = null, text, figure }) => {
      const inside = [
        id && h("kbd", { class: "letter" }, id.toUpperCase()),
        h("span", { class: "content" }, text ?? drawFigure(figure, { isChoice: true })),
      ];
      const button = { class: "choice", type: "button", "data-choice": id, onclick: () => this.answer(id) };
      return h(
        "li",
        {},
        mayChoose ? h("button", button, inside) : h("div", { class: "choice", "data-choice": id }, inside),
      );
    };
    const isShort = answers.every(({ text }) => text && text.length < 16);
    const list = this.querySelector(".choices");
    list.classList.toggle("is-short", isShort);
    list.classList.toggle(
      "has-figures",
      answers.some(({ figure }) => figure),
    );
    list.replaceChildren(...answers.map(row));
  }

  answer(answer) {
    emit(this, "answer", { kind: this.question.kind, seed: this.question.seed, answer });
  }

  /** What is said of an answer. */
  tell(reply, isRight) {
    const place = this.querySelector(".question-reply");
    place.classList.toggle("is-right", isRight);
    place.replaceChildren(h("strong", { "aria-hidden": "true" }, isRight ? "✓ " : "✗ "), reply);
  }

  /** How the right answer comes about. */
  explain(working) {
    const line = ({ text, formula }) =>
      h("li", {}, h("span", {}, text), formula ? h("code", { class: "figure" }, formula) : null);
    this.querySelector(".question-working").replaceChildren(h("ol", {}, ...working.map(line)));
  }

  #field(send) {
    const field = h("input", {
      class: "field",
      inputmode: "decimal",
      autocomplete: "off",
      maxlength: "24",
      "aria-label": _("Your answer"),
    });
    const submit = (event) => {
      event.preventDefault();
      const value = parseAnswer(field.value);
      field.setAttribute("aria-invalid", String(value === null));
      this.querySelector(".question-reply").replaceChildren();
      if (value === null) this.tell(_("Type a number."), false);
      else this.answer(value);
    };
    return h("form", { class: "question-field", onsubmit: submit }, field, h("button", { class: "button" }, send));
  }

  /** A letter, or the figure of its place, chooses that answer while the focus is in the question. */
  #hear({ key, target, ctrlKey, metaKey, altKey }) {
    if (ctrlKey || metaKey || altKey || target.matches("input")) return;
    const letter = LETTERS[key - 1] ?? key.toLowerCase();
    this.querySelector(`button[data-choice="${CSS.escape(letter)}"]`)?.click();
  }
}
