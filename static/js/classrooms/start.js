// The way to a class: a code is typed, which the form sends by itself; or one is opened.

import { openClass } from "../calls/classes.js";
import { say } from "../shared/dom.js";

const $ = (selector) => document.querySelector(selector);

$("#open-class").addEventListener("click", async () => {
  $("#open-class").disabled = true;
  try {
    await openClass();
    location.assign("/class");
  } catch (error) {
    $("#class-problem").hidden = false;
    say($("#class-problem"), error.message);
    $("#open-class").disabled = false;
  }
});
document.documentElement.dataset.ready = "true";
