// The calls of a school class, and of the questions that it is asked.

import { json, post, readStream, send } from "../api.js";

const CLASSES = "/api/classes";

/** A new class, whose teacher this browser is. */
export function openClass() {
  return post(CLASSES, {});
}

/** {code, is_teacher, question, is_revealed, answer, pupils, answered, answers}: as this browser may see it. */
export function readClass(code) {
  return json(classAddress(code));
}

/** The question of that kind is on; `seed` null is any. */
export function askClass(code, kind, seed = null) {
  return post(`${classAddress(code)}/question`, seed === null ? { kind } : { kind, seed }, "PUT");
}

/** One's own answer to the question of that number. */
export function answerClass(code, number, answer) {
  return post(`${classAddress(code)}/answers`, { number, answer });
}

export function revealAnswers(code) {
  return post(`${classAddress(code)}/reveal`, {});
}

export function closeClass(code) {
  return send(classAddress(code), undefined, "DELETE");
}

/** Joins the class, and reads how it stands, `class`, until it is `closed`; see `readStream`. */
export function followClass(code, listener) {
  return readStream(`${classAddress(code)}/events`, listener);
}

/** {kind, seed, title, text, figures, choices} in the page's language; `seed` null is any. */
export function readQuestion(kind, seed = null) {
  return json(`${questionAddress(kind)}${seed === null ? "" : `?seed=${seed}`}`);
}

/** {right, reply, working} of an answer. */
export function judgeAnswer(kind, seed, answer) {
  return post(`${questionAddress(kind)}/answers`, { seed, answer });
}

function classAddress(code) {
  return `${CLASSES}/${encodeURIComponent(code)}`;
}

function questionAddress(kind) {
  return `/api/questions/${encodeURIComponent(kind)}`;
}
