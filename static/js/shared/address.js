// A page's state as the query of its address, and back, by the grammar that the server tells (app/web/addresses.py):
// what equals its default is left out (but what a page without it would replace is said), what cannot be understood is
// its default.

import { told } from "./told.js";

/** The name of a picture of one's own, which no link can carry. */
export const OWN = "own";
/** What a network was given of a picture. */
export const SEEN = "seen";
/** What every page's address may say of parts: which are left out, which are shown and fixed. */
export const OF_PARTS = ["hide", "fix"];

// Of each kind: the value of a text, or undefined where it is none; and the text of a value, which may be empty.
const KINDS = {
  choice: { read: (text, { choices }) => (choices.includes(text) ? text : undefined) },
  word: { read: (text, field) => (isWord(text, field) ? text : undefined) },
  words: { read: readWords, write: (words) => words.join(",") },
  text: { read: (text, { high }) => text.slice(0, high) || undefined },
  whole: { read: readWhole },
  flag: { read: (text) => text === "true" },
  numbers: { read: readNumbers, write: writeNumbers },
  parts: { read: readParts, write: (value, { parts }) => parts.map(({ name }) => value[name]).join(",") },
};

/**
 * What an address says, of which the server tells the `fields`. A room adds kinds of its own, as in KINDS; such a kind
 * may also take other names of the query than its field's, and is told what it needs to `know`.
 */
export class Address {
  #fields;
  #kinds;

  constructor(fields = [], kinds = {}) {
    this.#fields = fields;
    this.#kinds = { ...KINDS, ...kinds };
  }

  /** The field of that name, with its limits. */
  field(name) {
    return this.#fields.find((field) => field.name === name);
  }

  /** The names of the fields that a query says something of. */
  said(search) {
    const query = new URLSearchParams(search);
    return this.#fields
      .filter(({ name, also }) => [name, ...also].some((key) => query.has(key)))
      .map(({ name }) => name);
  }

  /** The state that a query describes. */
  read(search, known) {
    const query = new URLSearchParams(search);
    const state = {};
    for (const field of this.#fields) {
      const isSaid = [field.name, ...field.also].some((name) => query.has(name));
      const isMeant = isSaid && (!field.needs || state[field.needs] !== null);
      const kind = this.#kinds[field.kind];
      const value = isMeant ? kind.read(query.get(field.name), field, { query, state, known }) : undefined;
      state[field.name] = value ?? kind.usual?.(field, known) ?? structuredClone(field.default);
    }
    return state;
  }

  /** The query string of `state`. */
  write(state, known) {
    const query = new URLSearchParams();
    for (const field of this.#fields) {
      const value = state[field.name];
      if (isSame(value ?? null, field.default) && !field.is_always_said) continue;
      const text = this.#kinds[field.kind].write?.(value, field, { query, known }) ?? value;
      if (text !== "") query.set(field.name, text);
    }
    return query.toString();
  }
}

/** This page's address with that query, and with the parts that its link has left out or fixed. */
export function addressOf(query) {
  const whole = [query, partsOf(new URLSearchParams(location.search))].filter(Boolean).join("&");
  return whole ? `${location.pathname}?${whole}` : location.pathname;
}

/** What `said` says of parts, as an address writes it. */
export function partsOf(said) {
  return OF_PARTS.filter((field) => said.get(field))
    .map((field) => `${field}=${encodeURIComponent(said.get(field)).replaceAll("%2C", ",")}`)
    .join("&");
}

/** The address of another room. */
export function linkTo(room, query) {
  return `${told.rooms[room]}?${new URLSearchParams(query)}`;
}

function isSame(value, usual) {
  const plain = (one) => (one !== null && typeof one === "object" ? JSON.stringify(one) : String(one));
  return plain(value) === plain(usual);
}

function isWord(text, { pattern }) {
  return new RegExp(`^(?:${pattern})$`).test(text);
}

function readWords(text, field, { state }) {
  const words = new Set(text.split(",").filter((word) => isWord(word, field) && word !== state[field.other_than]));
  return [...words].slice(0, field.high);
}

function readWhole(text, { low, high }) {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  return value >= low && value <= high ? value : undefined;
}

function readNumbers(text, { ends }) {
  const pairs = text
    .split(",")
    .map((part) => part.split(":"))
    .filter(([name, value]) => Object.hasOwn(ends, name) && value && Number.isFinite(Number(value)));
  return Object.fromEntries(pairs.map(([name, value]) => [name, clamp(Number(value), ...ends[name])]));
}

function writeNumbers(numbers) {
  const changed = Object.entries(numbers).filter(([, value]) => value !== 0);
  return changed.map(([name, value]) => `${name}:${value}`).join(",");
}

function readParts(text, { parts }) {
  const texts = text.split(",");
  const pairs = parts.map((part, index) => [part.name, KINDS[part.kind].read(texts[index] ?? "", part)]);
  return pairs.every(([, value]) => value !== undefined) ? Object.fromEntries(pairs) : undefined;
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
