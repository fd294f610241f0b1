// One photo for all rooms: the visitor's own, and which picture was chosen last, kept in this browser alone. It does
// not know what a room does with them.

import { OWN, SEEN } from "../shared/address.js";
import { keep, kept, note, noted } from "../shared/keep.js";

const PHOTO = "photo"; // what the file is kept under
const CHOSEN = "picture"; // what the name is kept under: OWN, or a sample's

/** Keeps for all rooms what the visitor gave, {file, isDrawn}, or chose, {sample}. */
export async function remember({ file, isDrawn = false, sample = OWN }) {
  if (file) await keep({ file, isDrawn }, PHOTO);
  note(CHOSEN, sample);
}

/** The visitor's own photo, {file, isDrawn}, or null. */
export async function ownPhoto() {
  return kept(PHOTO);
}

/** Forgets the visitor's photo; what a page shows of it stays until it is left. */
export async function forgetPhoto() {
  await keep(null, PHOTO);
  note(CHOSEN, null);
}

/**
 * The picture that a room starts with, {file, isDrawn}, {file, name} or {sample}: the one that its address names; else
 * the one of the network's own `kind`, where it knows no other; else the one chosen last in any room; else the usual.
 */
export async function firstPicture(search, { samples, usual, kind = null }) {
  const name = new URLSearchParams(search).get("sample") ?? kind ?? noted(CHOSEN);
  if (name === OWN) return (await ownPhoto()) ?? { sample: usual };
  const seen = name === SEEN && (await kept(SEEN));
  if (seen) return { file: seen, name };
  return { sample: samples.some((sample) => sample.name === name) ? name : usual };
}

/** Tells the page around it which picture a room shows now: a door takes it along, a button offers the other one. */
export function show({ sample, name }) {
  document.documentElement.dataset.picture = sample ?? name ?? OWN;
}
