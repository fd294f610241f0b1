// The page's element with what the server tells, for scripts that read it: imported first by their tests.

import { readFileSync } from "node:fs";

const textContent = readFileSync(new URL("../vectors/told.json", import.meta.url), "utf8");

globalThis.document = {
  getElementById: (id) => (id === "told" ? { textContent } : null),
  documentElement: { lang: "en" },
};
