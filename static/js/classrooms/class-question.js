// <class-question>: a question as a class sees it. Choices are buttons while they may be pressed, then bars; it sends
// `answered` with the choice or the number. It is given what it shows, and never asks.

import { emit, h, say } from "../shared/dom.js";
import { number, parseNumber } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { drawFigure } from "../shared/question-figures.js";

class ClassQuestion extends HTMLElement {
  #rows = new Map(); // by the choice's id
  #isTyped = false;
  #field = null;
  #bars = h("ol", { class: "choices" });

  /** Another question {text, figures, choices}; `mayAnswer` says whether this is a pupil's. */
  ask(question, mayAnswer) {
    this.#rows.clear();
    this.#isTyped = question.choices === null;
    const figures = h(
      "div",
      { class: "figures" },
      question.figures.map((figure) => drawFigure(figure)),
    );
    const rows = (question.choices ?? []).map((choice) => this.#rowOf(choice, mayAnswer));
    this.#bars = h("ol", { class: "choices", "data-count": rows.length }, rows);
    this.#field = this.#isTyped && mayAnswer ? this.#writeForm() : null;
    const answers = h("div", { class: "answers" }, this.#field, this.#bars);
    this.replaceChildren(h("h2", {}, question.text), figures, answers);
  }

  /** Which answer is one's own; null is none yet. */
  set chosen(answer) {
    for (const [id, row] of this.#rows) {
      row.classList.toggle("is-mine", id === answer);
      row.querySelector("button")?.setAttribute("aria-pressed", String(id === answer));
    }
    const input = this.#field?.querySelector("input");
    if (input && answer !== null && !input.value) input.value = answer.replace(".", number(0.5).at(1));
  }

  /** [{answer, count, right}]: what all answered; nobody answers any more. */
  reveal(bars, mine) {
    const most = Math.max(...bars.map(({ count }) => count), 1);
    if (this.#isTyped) this.#listNumbers(bars);
    for (const bar of bars) this.#showBar(this.#rows.get(bar.answer), bar, most, bar.answer === mine);
    for (const button of this.querySelectorAll(".choices button")) button.disabled = true;
    if (this.#field) this.#field.hidden = true;
  }

  #rowOf({ id, text, figure }, mayAnswer) {
    const shown = [
      h("span", { class: "letter" }, id.toUpperCase()),
      h("span", { class: "content" }, text ?? drawFigure(figure, { isChoice: true })),
    ];
    const press = () => emit(this, "answered", id);
    const inside = mayAnswer
      ? h("button", { type: "button", class: "choice", "aria-pressed": "false", onclick: press }, shown)
      : h("div", { class: "choice" }, shown);
    const row = h("li", {}, inside);
    this.#rows.set(id, row);
    return row;
  }

  #writeForm() {
    const input = h("input", {
      class: "field",
      inputmode: "decimal",
      autocomplete: "off",
      maxlength: "16",
      "aria-label": _("Your answer, a number"),
    });
    const send = (event) => {
      event.preventDefault();
      const value = parseNumber(input.value);
      input.setAttribute("aria-invalid", String(value === null));
      if (value !== null) emit(this, "answered", value);
    };
    return h("form", { class: "written", onsubmit: send }, input, h("button", { class: "button primary" }, _("Send")));
  }

  /** A row for each number that was written, in the place of choices. */
  #listNumbers(bars) {
    this.#rows.clear();
    for (const { answer } of bars) {
      const text = answer === null ? _("others") : number(Number(answer), 6);
      const row = h("li", {}, h("div", { class: "choice" }, h("span", { class: "content" }, text)));
      this.#rows.set(answer, row);
    }
    this.#bars.replaceChildren(...this.#rows.values());
  }

  #showBar(row, { count, right }, most, isMine) {
    row.classList.toggle("is-right", right);
    row.classList.toggle("is-mine", isMine);
    const told = row.querySelector(".bar") ?? row.firstElementChild.appendChild(h("span", { class: "bar" }));
    told.style.setProperty("--share", count / most);
    say(told, right ? _("%(count)s ✓ right", { count: number(count) }) : number(count));
  }
}

customElements.define("class-question", ClassQuestion);
