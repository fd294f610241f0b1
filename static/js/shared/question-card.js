// A question whose answer is computed: predict first, then the reply to just this answer, and the working with these
// numbers. It emits `ask` and `answer` for whoever knows the server (rooms/questions.js), and `answered` once judged.

import { emit, h } from "./dom.js";
import { decimalMark, parseNumber } from "./format.js";
import { _ } from "./i18n.js";
import { drawFigure } from "./question-figures.js";

const GROUP = decimalMark === "," ? "." : ",";
const GROUPED = new RegExp(`^[-−]?[1-9]\\d{0,2}(?:[${GROUP}\\s]\\d{3})+(?:[${decimalMark}]\\d+)?$`);

/** `kind` says which; `seed` which one of them, any if it says none. It asks when it is first seen. */
export class QuestionCard extends HTMLElement {
  #question = null;
  #isJudged = false;
  #seen = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#begin());

  connectedCallback() {
    this.#seen.observe(this);
    this.addEventListener("keydown", (event) => this.#hear(event));
  }

  disconnectedCallback() {
    this.#seen.disconnect();
  }

  get kind() {
    return this.getAttribute("kind");
  }

  /** Asks for a question anew: the one of `seed`, or any. */
  ask(seed = null) {
    this.setAttribute("aria-busy", "true");
    emit(this, "ask", { kind: this.kind, seed });
  }

  /** The question as the server tells it. */
  show(question) {
    const hadFocus = this.contains(document.activeElement);
    [this.#question, this.#isJudged] = [question, false];
    this.removeAttribute("aria-busy");
    this.dataset.seed = question.seed;
    this.replaceChildren(
      h("p", { class: "question-mark" }, question.choices ? _("Predict") : _("Work it out")),
      h("h2", { class: "question-text", tabindex: "-1" }, question.text),
      h("div", { class: "question-figures" }, ...question.figures.map((figure) => drawFigure(figure))),
      question.choices ? this.#choices(question.choices) : this.#field(),
      h("p", { class: "question-reply", role: "status" }),
      h("div", { class: "question-working", hidden: true }),
      this.#foot(),
    );
    if (hadFocus) this.querySelector(".question-text").focus();
  }

  /** What the server says of an answer. */
  judge(answer, { right, reply, working }) {
    const choice = this.querySelector(`[data-choice="${answer}"]`);
    choice?.classList.add(right ? "is-right" : "is-wrong");
    choice?.setAttribute("aria-pressed", "true");
    if (right) for (const other of this.querySelectorAll("[data-choice]")) other.setAttribute("aria-disabled", "true");
    this.#tell(right, reply);
    this.#putWorking(working);
    this.#unfold(right);
    if (!this.#isJudged) emit(this, "answered", { kind: this.kind, seed: this.#question.seed, answer, right });
    this.#isJudged = true; // the first answer counts, the next ones are for learning
  }

  /** Nothing came: it may be asked for again. */
  wait() {
    this.removeAttribute("aria-busy");
    if (this.#question) return;
    const again = h("button", { class: "button", type: "button", onclick: () => this.#begin() }, _("Ask again"));
    this.replaceChildren(h("p", { class: "soft" }, _("No question came.")), again);
  }

  #begin() {
    if (!this.#question) this.ask(this.getAttribute("seed"));
  }

  #choices(choices) {
    const hasFigures = choices.some(({ figure }) => figure);
    const button = ({ id, text, figure }, index) =>
      h(
        "button",
        { class: "choice", type: "button", "data-choice": id, "data-key": index + 1, onclick: () => this.#answer(id) },
        h("kbd", { "aria-hidden": "true" }, index + 1),
        figure ? drawFigure(figure, { isChoice: true }) : h("span", {}, text),
      );
    const isShort = choices.every(({ text }) => text && text.length < 16);
    const look = hasFigures ? " has-figures" : isShort ? " is-short" : "";
    return h("div", { class: `choices${look}`, role: "group", "aria-label": _("Answers") }, ...choices.map(button));
  }

  #field() {
    const field = h("input", {
      class: "field",
      inputmode: "decimal",
      autocomplete: "off",
      "aria-label": _("Your answer"),
    });
    const send = (event) => {
      event.preventDefault();
      const value = readNumber(field.value);
      field.setAttribute("aria-invalid", String(value === null));
      if (value === null) this.#tell(false, _("Type a number."));
      else this.#answer(value);
    };
    return h("form", { class: "question-field", onsubmit: send }, field, h("button", { class: "button" }, _("Check")));
  }

  #foot() {
    const again = h("button", {
      class: "button",
      type: "button",
      "data-do": "another",
      onclick: () => this.#another(),
    });
    again.append(_("Another one"));
    const more = h("button", { class: "linklike", type: "button", "data-do": "working", "aria-expanded": "false" });
    more.append(_("See the working"));
    more.addEventListener("click", () => this.#unfold(more.getAttribute("aria-expanded") === "false"));
    more.hidden = true;
    return h("div", { class: "question-foot" }, more, again);
  }

  #answer(answer) {
    if (this.getAttribute("aria-busy") || this.querySelector("[aria-disabled]")) return;
    this.setAttribute("aria-busy", "true");
    emit(this, "answer", { kind: this.kind, seed: this.#question.seed, answer });
  }

  /** A figure chooses the answer of that number, while the focus is in the card. */
  #hear({ key, target, ctrlKey, metaKey, altKey }) {
    if (ctrlKey || metaKey || altKey || target.matches("input")) return;
    this.querySelector(`.choice[data-key="${CSS.escape(key)}"]`)?.click();
  }

  #another() {
    this.querySelector(".question-text").focus();
    this.ask();
  }

  #tell(right, reply) {
    this.removeAttribute("aria-busy");
    const place = this.querySelector(".question-reply");
    place.classList.toggle("is-right", right);
    place.replaceChildren(h("strong", { "aria-hidden": "true" }, right ? "✓ " : "✗ "), reply);
  }

  #putWorking(working) {
    const line = ({ text, formula }) =>
      h("li", {}, h("span", {}, text), formula ? h("code", { class: "figure" }, formula) : null);
    this.querySelector(".question-working").replaceChildren(h("ol", {}, ...working.map(line)));
    this.querySelector('[data-do="working"]').hidden = false;
  }

  #unfold(isOpen) {
    this.querySelector(".question-working").hidden = !isOpen;
    const more = this.querySelector('[data-do="working"]');
    more.setAttribute("aria-expanded", String(isOpen));
    more.textContent = isOpen ? _("Hide the working") : _("See the working");
  }
}

/** As it is typed in this language, with groups of thousands too; null where it is no number. */
function readNumber(text) {
  const typed = text.trim();
  return parseNumber(GROUPED.test(typed) ? typed.replaceAll(GROUP, "").replace(/\s/g, "") : typed);
}

customElements.define("question-card", QuestionCard);
