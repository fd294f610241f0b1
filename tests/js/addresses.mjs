// The addresses of all rooms, with what the server tells of them (tests/vectors/make_grammar.py).

import "./told.mjs";
import { readFileSync } from "node:fs";

import { STEPS } from "../../static/js/convolution/address.js";
import { Address } from "../../static/js/shared/address.js";
import { SETTINGS } from "../../static/js/training/builder/address.js";

export const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url)));

const grammar = vectors("grammar");

export const CONVOLUTION = new Address(grammar.convolution, STEPS);
export const CLASSIFICATION = new Address(grammar.classification);
export const TRAINING = new Address(grammar.training, SETTINGS);
