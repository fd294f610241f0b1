// Copies the few front-end files that the app serves from node_modules to static/vendor, with their licenses, and
// compiles the engine's inner loops (native/) to WebAssembly. It knows no network and no bundler: `npm ci
// --ignore-scripts` has run before.

import asc from "assemblyscript/asc";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

// folder in static/vendor: [package, files in it]
const FILES = {
  inter: [
    "@fontsource-variable/inter",
    ["files/inter-latin-wght-normal.woff2", "files/inter-latin-ext-wght-normal.woff2", "LICENSE"],
  ],
  "jetbrains-mono": [
    "@fontsource-variable/jetbrains-mono",
    ["files/jetbrains-mono-latin-wght-normal.woff2", "files/jetbrains-mono-latin-ext-wght-normal.woff2", "LICENSE"],
  ],
  uplot: ["uplot", ["dist/uPlot.esm.js", "dist/uPlot.min.css", "LICENSE"]],
  "swagger-ui": [
    "swagger-ui-dist",
    ["swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui.css", "LICENSE", "NOTICE"],
  ],
};

rmSync(join(ROOT, "static/vendor"), { recursive: true, force: true });
for (const [folder, [name, files]] of Object.entries(FILES)) {
  const target = join(ROOT, "static/vendor", folder);
  mkdirSync(target, { recursive: true });
  for (const file of files) {
    cpSync(join(ROOT, "node_modules", name, file), join(target, file.split("/").at(-1)));
  }
}

const target = "static/vendor/engine/engine.wasm";
const options = ["--runtime", "stub", "--enable", "simd", "-O3", "--noAssert"];
const { error, stderr } = await asc.main(["native/engine.ts", "--outFile", target, "--baseDir", ROOT, ...options]);
if (error) throw new Error(stderr.toString());
