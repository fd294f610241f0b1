// The sheet that shares what is on the page: a QR code for the wall, and the link. A prepared state that is shown as it
// is has a short address.

import { codeAddress } from "../api.js";
import { copyText } from "../shared/clipboard.js";
import { OWN, SEEN } from "../shared/address.js";
import { _ } from "../shared/i18n.js";
import { told } from "../shared/told.js";

const LOCAL = ["localhost", "127.0.0.1", "[::1]"];
const TOLD_MS = 1500;
const $ = (selector) => document.querySelector(selector);

export function connectSharing() {
  $("#share")?.addEventListener("click", open);
  $("#copy-shared").addEventListener("click", copy);
}

function open() {
  const path = pathOf(location);
  $("#qr-code").src = codeAddress(path);
  $("#shared-link").value = location.origin + path;
  const isLocal = LOCAL.includes(location.hostname);
  $("#code-note").hidden = !isLocal;
  $("#code-note").textContent = isLocal
    ? _("This address works on this computer alone: open the page by its name in the network, then share it.")
    : "";
  $("#shared-note").hidden = ![OWN, SEEN].includes(document.documentElement.dataset.picture);
  $("#sharing").showModal();
}

/** What is behind the origin, without the visitor's language; short where a prepared state says the same. */
function pathOf({ pathname, search }) {
  const query = new URLSearchParams(search);
  query.delete("lang");
  const state = Object.entries(told.short ?? {}).find(([, said]) => isSame(new URLSearchParams(said), query));
  if (state) return state[0];
  return query.size ? `${pathname}?${query}` : pathname;
}

function isSame(one, other) {
  return one.size === other.size && [...one].every(([name, value]) => other.get(name) === value);
}

async function copy() {
  const done = await copyText($("#shared-link").value);
  $("#copy-shared").textContent = done ? _("Copied") : _("Copy it from the address bar");
  setTimeout(() => ($("#copy-shared").textContent = _("Copy link")), TOLD_MS);
}
