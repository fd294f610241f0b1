// Small drawings for buttons, in the color of their text.

import { s } from "../../shared/dom.js";

const PATHS = {
  up: "M8 13V3M3.5 7.5 8 3l4.5 4.5",
  down: "M8 3v10M3.5 8.5 8 13l4.5-4.5",
  duplicate: "M6 6h7v7H6zM3 10V3h7",
  add: "M8 3v10M3 8h10",
  remove: "M4 4l8 8M12 4l-8 8",
};

export function icon(name) {
  return s(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, class: "icon-drawing", "aria-hidden": "true" },
    s("path", { d: PATHS[name] }),
  );
}
