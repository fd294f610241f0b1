// The classify page's state as the query of its address, and back. What equals its default is left out.

import { OWN, SEEN } from "../shared/address.js";

export { OWN, SEEN };

export const DEFAULTS = {
  model: null,
  sample: "cat",
  layer: null,
  channel: null,
  x: null,
  y: null,
  source: null,
  scale: "layer",
  method: "grad-cam",
  label: null,
  all: false,
  steps: false,
  change: {},
  implant: null,
};

export const METHODS = ["grad-cam", "saliency", "integrated-gradients", "occlusion"];

/** What a photo may go through on its way to the network, with the ends of each slider. */
export const CHANGES = {
  dx: [-12, 12],
  dy: [-12, 12],
  angle: [-180, 180],
  noise: [0, 100],
  blur: [0, 4],
  size: [0, 24],
  x: [0, 64],
  y: [0, 64],
};

const TEXTS = ["model", "sample", "layer", "label"];
const FLAGS = ["all", "steps"];
const WHOLES = ["channel", "x", "y", "source"];

/** The query string of `state`. */
export function write(state) {
  const query = new URLSearchParams();
  for (const key of [...TEXTS, ...WHOLES, "scale", "method"]) {
    if (state[key] !== null && state[key] !== DEFAULTS[key]) query.set(key, state[key]);
  }
  for (const key of FLAGS) if (state[key]) query.set(key, "true");
  const changes = Object.entries(state.change).filter(([, value]) => value !== 0);
  if (changes.length) query.set("change", changes.map(([name, value]) => `${name}:${value}`).join(","));
  if (state.implant) query.set("implant", [state.implant.layer, state.implant.channel, state.implant.kernel].join(","));
  return query.toString();
}

/** The state that a query describes; what cannot be understood falls back to its default. */
export function read(search) {
  const query = new URLSearchParams(search);
  const state = {
    ...DEFAULTS,
    change: readChange(query.get("change") ?? ""),
    implant: readImplant(query.get("implant") ?? ""),
  };
  for (const key of TEXTS) if (query.get(key)) state[key] = query.get(key).slice(0, 100);
  for (const key of WHOLES) state[key] = whole(query.get(key));
  if (query.get("scale") === "all") state.scale = "all";
  if (METHODS.includes(query.get("method"))) state.method = query.get("method");
  for (const key of FLAGS) state[key] = query.get(key) === "true";
  return state;
}

function readChange(text) {
  const pairs = text
    .split(",")
    .map((part) => part.split(":"))
    .filter(([name, value]) => Object.hasOwn(CHANGES, name) && value && Number.isFinite(Number(value)));
  return Object.fromEntries(pairs.map(([name, value]) => [name, clamp(Number(value), ...CHANGES[name])]));
}

function readImplant(text) {
  const [layer, channel, kernel] = text.split(",");
  return kernel && whole(channel) !== null ? { layer, channel: whole(channel), kernel } : null;
}

function whole(text) {
  const value = text === null || text === "" ? NaN : Number(text);
  return Number.isInteger(value) && value >= 0 && value < 1e5 ? value : null;
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/** The change as a request writes it, or null where nothing is changed. */
export function changeFields({ dx = 0, dy = 0, angle = 0, noise = 0, blur = 0, size = 0, x = 0, y = 0 }) {
  const fields = {
    ...((dx || dy) && { shift: [dx, dy] }),
    ...(angle && { angle }),
    ...(noise && { noise }),
    ...(blur && { blur }),
    ...(size && { cover: [x, y, size] }),
  };
  return Object.keys(fields).length ? fields : null;
}
