// <class-question>: a question as a class sees it. Its answers are counted, and become bars when the teacher shows
// them. It is given what it shows, and never asks.

import { h, say } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { Question } from "../shared/question.js";

class ClassQuestion extends Question {
  /** Another question; `mayAnswer` says whether this is a pupil's. */
  ask(question, mayAnswer) {
    this.pose(question, { send: mayAnswer ? _("Send") : null });
  }

  /** Which answer is one's own; null is none yet. */
  set chosen(answer) {
    for (const choice of this.querySelectorAll("[data-choice]")) {
      choice.classList.toggle("is-mine", choice.dataset.choice === answer);
      if (choice.matches("button")) choice.setAttribute("aria-pressed", String(choice.dataset.choice === answer));
    }
    const field = this.querySelector(".question-field input");
    if (field && answer !== null && !field.value) field.value = written(answer);
  }

  /** [{answer, count, right}]: what all answered; nobody answers any more. */
  reveal(bars, mine) {
    this.querySelector(".question-field")?.remove();
    if (!this.question.choices) this.list(bars.map(({ answer }) => ({ text: written(answer) })));
    const most = Math.max(...bars.map(({ count }) => count), 1);
    const rows = this.querySelectorAll(".choice");
    for (const [index, bar] of bars.entries()) showBar(rows[index], bar, most, bar.answer === mine);
  }

  /** The right answer's working, and what is said of one's own, if there is one. */
  comment(own, { right, reply, working }) {
    if (own !== null) this.tell(reply, right);
    this.explain(working);
    const place = this.querySelector(".question-working");
    place.prepend(h("h3", {}, _("The working")));
    place.hidden = false;
  }
}

/** A row becomes a bar. */
function showBar(row, { count, right }, most, isMine) {
  if (row.matches("button")) row.disabled = true;
  row.classList.toggle("is-right", right);
  row.classList.toggle("is-mine", isMine);
  const told = row.querySelector(".bar") ?? row.appendChild(h("span", { class: "bar" }));
  told.style.setProperty("--share", count / most);
  say(told, right ? _("%(count)s ✓ right", { count: number(count) }) : number(count));
}

/** A number as this language writes it; null stands for all others. */
function written(answer) {
  return answer === null ? _("others") : number(Number(answer), 6);
}

customElements.define("class-question", ClassQuestion);
