// How far one has come in each chapter: cards seen, questions answered. Kept in this browser alone, never sent.

import { _ } from "../shared/i18n.js";
import { note, notedObject } from "../shared/keep.js";

const KEPT = "lessons";
const NOTHING = { seen: [], right: 0, wrong: 0 };

/** Of a chapter: {seen, right, wrong}, the names of cards and the counts of first answers. */
export function progressOf(chapter) {
  return { ...NOTHING, ...notedObject(KEPT)[chapter] };
}

/** A card was looked at. */
export function see(chapter, card) {
  const { seen, ...others } = progressOf(chapter);
  write(chapter, { ...others, seen: [...new Set([...seen, card])] });
}

/** A question was answered for the first time. */
export function count(chapter, isRight) {
  const before = progressOf(chapter);
  const name = isRight ? "right" : "wrong";
  write(chapter, { ...before, [name]: before[name] + 1 });
}

/** Marks what is done in every list of chapters on the page. */
export function showProgress(root = document) {
  for (const place of root.querySelectorAll("[data-cards]")) {
    const { seen, right, wrong } = progressOf(place.dataset.chapter);
    const cards = place.dataset.cards.split(" ");
    for (const mark of place.querySelectorAll("[data-card]"))
      mark.classList.toggle("is-seen", seen.includes(mark.dataset.card));
    place.classList.toggle(
      "is-done",
      cards.every((card) => seen.includes(card)),
    );
    const told = place.querySelector(".told");
    if (told)
      told.textContent = sentence(cards.filter((card) => seen.includes(card)).length, cards.length, right, wrong);
  }
}

function sentence(seen, cards, right, wrong) {
  if (!seen) return "";
  const cardsTold = _("%(seen)s of %(cards)s cards", { seen, cards });
  const questionsTold = _("%(right)s of %(all)s questions right at once", { right, all: right + wrong });
  return right || wrong ? `${cardsTold}, ${questionsTold}` : cardsTold;
}

function write(chapter, progress) {
  note(KEPT, { ...notedObject(KEPT), [chapter]: progress });
}
