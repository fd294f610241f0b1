// "As code": asks for the programs when the panel is open and what is on the screen has changed.

import { writeCode } from "../api.js";
import "../shared/code-panel.js";
import { requestFields } from "./request.js";

export function connectCode(page) {
  const panel = document.querySelector("#code");
  let written = "";
  const settle = async () => {
    const fields = { ...requestFields(page), ...heldFields(page) };
    const key = JSON.stringify([fields, page.source.sample]);
    if (!panel.open || key === written) return;
    written = key;
    const isPresent = await page.attempt(async () => {
      const programs = await writeCode(page.source, fields);
      if (written === key) document.querySelector("#code-panel").programs = programs;
    });
    if (!isPresent && written === key) written = "";
  };
  panel.open = page.state.open.includes("code");
  panel.addEventListener("toggle", () => {
    const others = page.state.open.filter((name) => name !== "code");
    page.change({ open: panel.open ? [...others, "code"] : others });
  });
  return { settle };
}

/** What one's own file holds that a program has to take care of. */
function heldFields({ source, origin }) {
  if (!source.file) return {};
  const { alpha, levels, channels } = origin;
  return {
    ...(alpha === "true" ? { alpha } : {}),
    ...(levels === "16-bit" ? { levels } : {}),
    ...(channels === "1" ? { channels } : {}),
  };
}
