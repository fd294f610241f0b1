// What every page has: the theme and the language switch.

import { present } from "../shared/theme.js";

const THEMES = { light: "dark", dark: "light" };

document.querySelector("#theme").addEventListener("click", () => {
  const theme = THEMES[present()];
  document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent("theme"));
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Storage may be forbidden; the choice then lasts for this page.
  }
});

for (const link of document.querySelectorAll("[data-language]")) {
  link.addEventListener("click", () => {
    const address = new URL(location.href);
    address.searchParams.set("lang", link.dataset.language);
    link.href = address.href;
  });
}
