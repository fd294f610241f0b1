// What classes are called.

import "../told.mjs";
import assert from "node:assert/strict";
import test from "node:test";

import { classTitle, learnNames } from "../../../static/js/shared/layers.js";

test("a class is called what a network's card says, and by its label before", () => {
  assert.equal(classTitle("daisy"), "daisy");

  learnNames([{ classes: ["daisy", "cup"], class_names: ["margarita", "taza"] }]);

  assert.equal(classTitle("daisy"), "margarita");
  assert.equal(classTitle("toString"), "toString");
});
