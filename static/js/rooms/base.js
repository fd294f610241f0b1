// What every page has: the theme, class view, sharing, fixed parts, keys, the language switch, and fast arithmetic.

import { fetchEngine } from "../api.js";
import { OWN, SEEN } from "../shared/address.js";
import { note } from "../shared/keep.js";
import { useNative } from "../shared/native.js";
import { present } from "../shared/theme.js";
import { keepFixed } from "./fixed.js";
import { connectKeys } from "./keys.js";
import { connectSharing } from "./sharing.js";
import { connectTries } from "./tries.js";

const THEMES = { light: "dark", dark: "light" };
const root = document.documentElement;
const $ = (selector) => document.querySelector(selector);

keepFixed();
useNative(fetchEngine()).catch(() => null); // an old browser: JavaScript does it

$("#theme").addEventListener("click", () => {
  const theme = THEMES[present()];
  root.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent("theme"));
  note("theme", theme);
});

$("#class-view").addEventListener("click", () => {
  const isOn = !("class" in root.dataset);
  if (isOn) root.dataset.class = "true";
  else delete root.dataset.class;
  if (!isOn && document.fullscreenElement) document.exitFullscreen();
  document.dispatchEvent(new CustomEvent("class-view"));
  note("class", isOn ? "1" : "0");
  showClassView();
});

function showClassView() {
  $("#class-view").setAttribute("aria-checked", String("class" in root.dataset));
}
showClassView();

connectSharing();
connectKeys();
connectTries();

// A door leads on with the picture that is shown, also where it was the address that named it.
addEventListener(
  "click",
  ({ target }) => {
    const door = target.closest?.("a.door");
    const { picture } = root.dataset;
    if (!door || !picture) return;
    const address = new URL(door.href);
    address.searchParams.set("sample", picture === SEEN ? OWN : picture);
    door.href = address.href;
  },
  true,
);

for (const link of document.querySelectorAll("[data-language]")) {
  link.addEventListener("click", () => {
    const address = new URL(location.href);
    address.searchParams.set("lang", link.dataset.language);
    link.href = address.href;
  });
}
