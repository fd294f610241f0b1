// A question whose answer is computed: predict first, then the reply to just this answer, and the working with these
// numbers. It emits `ask` and `answer` for whoever knows the server (rooms/questions.js), and `answered` once judged.

import { emit, h } from "./dom.js";
import { _ } from "./i18n.js";
import { Question } from "./question.js";

/** `kind` says which; `seed` which one of them, any if it says none. It asks when it is first seen. */
export class QuestionCard extends Question {
  #isJudged = false;
  #seen = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#begin());

  connectedCallback() {
    this.#seen.observe(this);
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
    this.#isJudged = false;
    this.removeAttribute("aria-busy");
    this.dataset.seed = question.seed;
    const mark = question.choices ? _("Predict") : _("Work it out");
    this.pose(question, {
      send: _("Check"),
      above: [h("p", { class: "question-mark" }, mark)],
      below: [this.#foot()],
    });
  }

  /** What the server says of an answer. */
  judge(answer, { right, reply, working }) {
    this.removeAttribute("aria-busy");
    const choice = this.querySelector(`[data-choice="${answer}"]`);
    choice?.classList.add(right ? "is-right" : "is-wrong");
    choice?.setAttribute("aria-pressed", "true");
    if (right) for (const other of this.querySelectorAll("[data-choice]")) other.setAttribute("aria-disabled", "true");
    this.tell(reply, right);
    this.explain(working);
    this.querySelector('[data-do="working"]').hidden = false;
    this.#unfold(right);
    if (!this.#isJudged) emit(this, "answered", { kind: this.kind, seed: this.question.seed, answer, right });
    this.#isJudged = true; // the first answer counts, the next ones are for learning
  }

  /** Nothing came: it may be asked for again. */
  wait() {
    this.removeAttribute("aria-busy");
    if (this.question) return;
    const again = h("button", { class: "button", type: "button", onclick: () => this.#begin() }, _("Ask again"));
    this.replaceChildren(h("p", { class: "soft" }, _("No question came.")), again);
  }

  answer(answer) {
    if (this.getAttribute("aria-busy") || this.querySelector("[aria-disabled]")) return;
    this.setAttribute("aria-busy", "true");
    super.answer(answer);
  }

  #begin() {
    if (!this.question) this.ask(this.getAttribute("seed"));
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

  #another() {
    this.querySelector(".question-text").focus();
    this.ask();
  }

  #unfold(isOpen) {
    this.querySelector(".question-working").hidden = !isOpen;
    const more = this.querySelector('[data-do="working"]');
    more.setAttribute("aria-expanded", String(isOpen));
    more.textContent = isOpen ? _("Hide the working") : _("See the working");
  }
}

customElements.define("question-card", QuestionCard);
