// "As code": asks for the programs when the panel is open and what is on the screen has changed.

import { writeCode } from "../api.js";
import "../shared/code-panel.js";
import { requestFields } from "./request.js";

export function connectCode(page) {
  const panel = document.querySelector("#code");
  let written = "";
  const settle = async () => {
    const fields = requestFields(page);
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
