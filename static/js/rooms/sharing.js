// The sheet that shares what is on the page: a QR code for the wall, and the link. A prepared state that is shown as it
// is has a short address. For a class it leaves parts of the page out, or fixes them.

import { codeAddress } from "../api.js";
import { copyText } from "../shared/clipboard.js";
import { OF_PARTS, OWN, SEEN, partsOf } from "../shared/address.js";
import { _ } from "../shared/i18n.js";
import { told } from "../shared/told.js";

const LOCAL = ["localhost", "127.0.0.1", "[::1]"];
const TOLD_MS = 1500;
const $ = (selector) => document.querySelector(selector);
const boxes = () => [...document.querySelectorAll("#for-class input")];

export function connectSharing() {
  $("#share")?.addEventListener("click", open);
  $("#copy-shared").addEventListener("click", copy);
  $("#for-class")?.addEventListener("change", show);
}

function open() {
  for (const box of boxes()) box.checked = isSaid(box);
  show();
  const isLocal = LOCAL.includes(location.hostname);
  $("#code-note").hidden = !isLocal;
  $("#code-note").textContent = isLocal
    ? _("This address works on this computer alone: open the page by its name in the network, then share it.")
    : "";
  $("#shared-note").hidden = ![OWN, SEEN].includes(document.documentElement.dataset.picture);
  $("#sharing").showModal();
}

function show() {
  const path = pathOf(location);
  $("#qr-code").src = codeAddress(path);
  $("#shared-link").value = location.origin + path;
  const chosen = boxes().filter(({ checked }) => checked);
  const said = chosen.map(({ dataset }) => dataset.said).join(", ");
  $("#class-value")?.replaceChildren(said || _("everything is shown"));
}

/** Whether this page's own address says it. */
function isSaid({ name, value }) {
  return (document.documentElement.dataset[name] ?? "").split(" ").includes(value);
}

/**
 * What is behind the origin, without the visitor's language; short where a prepared state says the same. A chapter's
 * card is a place in its page.
 */
function pathOf({ pathname, search, hash }) {
  const query = new URLSearchParams(search);
  for (const field of ["lang", ...OF_PARTS]) query.delete(field);
  const state = Object.entries(told.short ?? {}).find(([, said]) => isSame(new URLSearchParams(said), query));
  const behind = [state ? "" : query.toString(), partsOf(chosenParts())].filter(Boolean).join("&");
  const place = document.querySelector("[data-lesson]") ? hash : "";
  return (state ? state[0] : pathname) + (behind && `?${behind}`) + place;
}

/** What the boxes say, field by field. */
function chosenParts() {
  const named = (field) => boxes().filter(({ name, checked }) => name === field && checked);
  return new Map(
    OF_PARTS.map((field) => [
      field,
      named(field)
        .map(({ value }) => value)
        .join(","),
    ]),
  );
}

function isSame(one, other) {
  return one.size === other.size && [...one].every(([name, value]) => other.get(name) === value);
}

async function copy() {
  const done = await copyText($("#shared-link").value);
  $("#copy-shared").textContent = done ? _("Copied") : _("Copy it from the address bar");
  setTimeout(() => ($("#copy-shared").textContent = _("Copy link")), TOLD_MS);
}
