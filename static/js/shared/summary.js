// What a card shows, in a sentence, for whoever does not see it: as text in the card, and told aloud once it rests.
// What changes many times a second is told when it has stopped, what goes on for minutes at most every few seconds.

import { say } from "./dom.js";

const PAUSE_MS = 900; // without a change
const SILENCE_MS = 8_000; // between two sentences of a card that is never at rest

const cards = new Map();

/**
 * Puts `text` into the card as what it shows now. It is also told by the page's live region unless `isQuiet`, as when
 * another region of the card says the same.
 */
export function summarize(card, text, { isQuiet = false } = {}) {
  const row = cards.get(card) ?? { place: placeIn(card), timer: null, at: 0, told: "" };
  cards.set(card, row);
  say(row.place, text);
  clearTimeout(row.timer);
  if (isQuiet || text === row.told) return;
  const isOverdue = row.at && performance.now() - row.at > SILENCE_MS;
  row.at ||= performance.now();
  row.timer = setTimeout(() => tell(row, text), isOverdue ? 0 : PAUSE_MS);
}

function tell(row, text) {
  [row.told, row.at] = [text, 0];
  const region = document.querySelector("#announcement");
  if (region) say(region, text);
}

/** The card's own paragraph for it, which the card is described by. */
function placeIn(card) {
  const place = document.createElement("p");
  place.className = "visually-hidden summary";
  place.id = `${card.id || "card"}-summary`;
  card.append(place);
  card.setAttribute("aria-describedby", place.id);
  return place;
}
