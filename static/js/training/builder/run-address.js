// The train page's state as the query of its address, and back. What equals what the page starts with is left out.

import { OWN } from "../../shared/address.js";
import { isNetwork } from "./network-form.js";
import { mayBe } from "./training-defaults.js";

export { OWN };

/** Most runs that are drawn together: the open one and three others. */
export const MOST_COMPARED = 4;
const RUN = /^[0-9a-f]{16}$/;
const NAME = /^[\w-]{1,64}$/;
const LONGEST = 20_000;

/** What an empty address says: nothing but which photo is watched. */
export const DEFAULTS = {
  dataset: null,
  network: null,
  training: {},
  sample: "cat",
  run: null,
  compare: [],
  snapshot: null,
};

/**
 * The query of {dataset, network, training, sample, run, compare, snapshot}: null and {} are what needs no saying; a
 * network is a name or an object.
 */
export function write(state) {
  const query = new URLSearchParams();
  if (state.dataset) query.set("dataset", state.dataset);
  if (state.network)
    query.set("network", typeof state.network === "string" ? state.network : JSON.stringify(state.network));
  if (Object.keys(state.training).length) query.set("training", JSON.stringify(state.training));
  if (state.sample !== DEFAULTS.sample) query.set("sample", state.sample);
  if (state.run) query.set("run", state.run);
  if (state.compare.length) query.set("compare", state.compare.join(","));
  if (state.snapshot !== null) query.set("snapshot", state.snapshot);
  return query.toString();
}

/** The state that a query describes; what cannot be understood falls back to its default. */
export function read(search) {
  const query = new URLSearchParams(search);
  const named = (key) => (NAME.test(query.get(key) ?? "") ? query.get(key) : null);
  const run = RUN.test(query.get("run") ?? "") ? query.get("run") : null;
  return {
    dataset: named("dataset"),
    network: named("network") ?? readNetwork(query.get("network")),
    training: readTraining(query.get("training")),
    sample: named("sample") ?? DEFAULTS.sample,
    run,
    compare: readRuns(query.get("compare"), run),
    snapshot: run ? whole(query.get("snapshot")) : null,
  };
}

/** Whether `read` could take all that a query says of the run and its settings. */
export function isReadable(search) {
  const [query, state] = [new URLSearchParams(search), read(search)];
  const fields = query.has("training") ? Object.keys(parse(query.get("training")) ?? { "": null }) : [];
  return (
    ["dataset", "network", "run"].every((key) => !query.has(key) || state[key] !== null) &&
    fields.every((name) => Object.hasOwn(state.training, name))
  );
}

function readRuns(text, open) {
  const runs = [...new Set((text ?? "").split(","))].filter((run) => RUN.test(run) && run !== open);
  return runs.slice(0, MOST_COMPARED - 1);
}

/** A network as an object of the right form; whether it can be built is for the server to say. */
function readNetwork(text) {
  const network = parse(text);
  return isNetwork(network) ? network : null;
}

function readTraining(text) {
  const training = parse(text);
  if (!training || typeof training !== "object" || Array.isArray(training)) return {};
  return Object.fromEntries(Object.entries(training).filter(([name, value]) => mayBe(name, value)));
}

function parse(text) {
  try {
    return text && text.length <= LONGEST ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function whole(text) {
  return /^\d{1,6}$/.test(text ?? "") ? Number(text) : null;
}

/** The fields of `training` whose values are not those of `base`. */
export function differences(training, base) {
  return Object.fromEntries(Object.entries(training).filter(([name, value]) => !isSame(value, base[name])));
}

/** Whether two plain values say the same. */
export function isSame(one, other) {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key])]),
  );
}
