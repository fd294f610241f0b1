// The strip that stays: the pictures, the network to scale, and the time that is left.

import "./network-drawing.js";
import { say } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { datasetTitle } from "../../shared/layers.js";
import { faultOf, report } from "../builder/network-arithmetic.js";
import { ENDED } from "../runs/run-feed.js";
import { duration, secondsLeft } from "../charts/words.js";

const $ = (selector) => document.querySelector(selector);

export function connectStrip(page) {
  return { refresh: () => show(page), hear: () => showTime(page) };
}

function show(page) {
  const { network, dataset } = page.state;
  if (!faultOf(network)) {
    const told = report(network);
    $("#network-drawing").show(network.input, told.layers);
    const title = _("The network: %(count)s parameters, drawn to scale", { count: number(told.parameters) });
    $("#strip-network").setAttribute("aria-label", title);
    $("#strip-network").title = _("Height: size of the maps. Width: how many there are. Click to change it.");
  }
  $("#strip-pictures").setAttribute(
    "aria-label",
    _("Samples of %(title)s: see more of each class", { title: page.dataset?.title ?? datasetTitle(dataset) }),
  );
  showTime(page);
}

/** Seconds to go; before a run what it would take, after it what it took. */
function showTime(page) {
  const [time, words] = timeOf(page);
  say($("#time-left strong"), time);
  say($("#time-left span"), words);
}

function timeOf({ run, feed, estimate }) {
  if (!run) return estimate ? [`≈ ${duration(estimate)}`, _("estimated")] : ["", ""];
  const step = feed?.step;
  if (ENDED.includes(run.state)) return step ? [duration(step.seconds), _("it took")] : ["", ""];
  if (!step) return ["", ""];
  return [duration(secondsLeft(feed)), run.state === "running" ? _("to go") : _("left when it goes on")];
}
