// The page must know the same fields, bounds and names as the server, whose table is in Python.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { BOUNDS, CHOICES, TRAINING, mayBe } from "../../../../static/js/training/builder/training-defaults.js";

const python = readFileSync(new URL("../../../../app/core/training/hyperparameters.py", import.meta.url), "utf8");
const names = (text) => [...text.matchAll(/"([^"]+)"/g)].map(([, name]) => name);

/** A Python number, which is one in JavaScript too, or a constant. */
function value(text) {
  const constants = { None: null, True: true, False: false, "()": [] };
  if (text in constants) return constants[text];
  if (text.startsWith('"')) return text.slice(1, -1);
  const [base, power = "1"] = text.replaceAll("_", "").split("**").map(Number);
  return base ** power;
}

test("every field has the server's default", () => {
  const fields = python.slice(python.indexOf("class Training:")).matchAll(/^ {4}(\w+): [^=\n]+ = (\S+)/gm);

  assert.deepEqual(TRAINING, Object.fromEntries([...fields].map(([, name, text]) => [name, value(text)])));
});

test("every bound and every choice is the server's", () => {
  const bounds = python
    .slice(python.indexOf("BOUNDS"), python.indexOf("@dataclass"))
    .matchAll(/"(\w+)": \(([^,]+), ([^)]+)\)/g);
  const literals = Object.fromEntries(
    [...python.matchAll(/^(\w+) = Literal\[(.+)\]$/gm)].map(([, name, list]) => [name, names(list)]),
  );
  const { augmentation: _augmentation, ...choices } = CHOICES;

  assert.deepEqual(
    BOUNDS,
    Object.fromEntries([...bounds].map(([, name, low, high]) => [name, [value(low), value(high)]])),
  );
  assert.deepEqual(
    Object.values(choices),
    ["OptimizerName", "Schedule", "Normalization", "Statistics", "Initialization", "Precision"].map(
      (name) => literals[name],
    ),
  );
});

test("only values that a training may have are taken", () => {
  const good = {
    epochs: 1,
    learning_rate: 0,
    max_norm: null,
    early_stopping: 3,
    optimizer: "muon",
    augmentation: ["flip"],
    shuffle: false,
  };
  const bad = {
    epochs: 1.5,
    batch_size: 0,
    learning_rate: Infinity,
    optimizer: "evil",
    normalization: null,
    augmentation: ["x"],
    shuffle: 1,
    seed: -1,
    evil: 1,
    constructor: 1,
  };

  assert.deepEqual(
    Object.entries(good).filter(([name, given]) => !mayBe(name, given)),
    [],
  );
  assert.deepEqual(
    Object.entries(bad).filter(([name, given]) => mayBe(name, given)),
    [],
  );
});
