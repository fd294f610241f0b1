// The network and the training in the page's address.

import { Address } from "../../shared/address.js";
import { told } from "../../shared/told.js";
import { isNetwork } from "./network-form.js";
import { mayBe } from "./hyperparameters.js";

export const SETTINGS = {
  network: { read: readNetwork, write: (network) => (typeof network === "string" ? network : JSON.stringify(network)) },
  training: { read: readTraining, write: (training) => JSON.stringify(training) },
};
export const ADDRESS = new Address(told.address, SETTINGS);

/** Most runs that are drawn together: the open one and others. */
export function mostCompared() {
  return 1 + ADDRESS.field("compare").high;
}

/** Whether `address` could take all that a query says of the run and its settings. */
export function isReadable(search, address = ADDRESS) {
  const [query, state] = [new URLSearchParams(search), address.read(search)];
  const said = query.get("training");
  const fields = said === null ? [] : Object.keys(parse(said, address.field("training")) ?? { "": null });
  return (
    ["dataset", "network", "run"].every((key) => !query.has(key) || state[key] !== null) &&
    fields.every((name) => Object.hasOwn(state.training, name))
  );
}

/** A preset's name, or a network as an object of the right form; whether it can be built is for the server to say. */
function readNetwork(text, field) {
  if (new RegExp(`^(?:${field.pattern})$`).test(text)) return text;
  const network = parse(text, field);
  return isNetwork(network) ? network : undefined;
}

function readTraining(text, field) {
  const training = parse(text, field);
  if (!training || typeof training !== "object" || Array.isArray(training)) return undefined;
  return Object.fromEntries(Object.entries(training).filter(([name, value]) => mayBe(name, value)));
}

function parse(text, { high }) {
  try {
    return text && text.length <= high ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
