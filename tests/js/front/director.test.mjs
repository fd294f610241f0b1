// Who moves on the front page: one at a time, in turn; whoever is not ready is passed over, whoever is invited plays.

import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { Director } from "../../../static/js/front/director.js";

let [frames, clock, log] = [[], 0, []];
globalThis.performance.now = () => clock;
globalThis.requestAnimationFrame = (run) => frames.push(run);
globalThis.cancelAnimationFrame = () => (frames = []);

function act(name, isReady = true) {
  const note = (what) => () => log.push(`${name} ${what}`);
  return { seconds: 0.3, isReady, begin: note("begins"), draw: note("moves"), end: note("ends") };
}

/** As many frames of 50 ms. */
function pass(count) {
  for (let frame = 0; frame < count; frame += 1) {
    clock += 50;
    for (const run of frames.splice(0)) run(clock);
  }
}

const begun = () => log.filter((line) => line.endsWith("begins")).map((line) => line.split(" ")[0]);

beforeEach(() => ([frames, clock, log] = [[], 0, []]));

test("acts take turns, and one that is not ready is passed over", () => {
  const acts = [act("a"), act("b", false), act("c")];
  const director = new Director((number) => acts[number % 3]);

  director.play();
  pass(16);

  assert.deepEqual(begun(), ["a", "c", "a"]);
  assert.equal(log.indexOf("a ends") + 1, log.indexOf("c begins"));
});

test("nobody moves before it plays, while it is paused or held", () => {
  const director = new Director(() => act("a"));
  pass(5);
  assert.deepEqual(log, []);

  director.play();
  pass(3);
  director.hold(true);
  const before = log.length;
  pass(5);
  assert.equal(log.length, before);

  director.hold(false);
  director.pause();
  pass(5);
  assert.equal(log.length, before);
  assert.ok(!director.isPlaying);
});

test("a guest plays alone, and then the one before goes on where it was", () => {
  const guest = act("guest");
  const director = new Director(() => act("a"));
  director.play();
  pass(2);

  director.invite(guest);
  pass(7);
  const meanwhile = log.slice(log.indexOf("guest begins"), log.indexOf("guest ends"));
  pass(1);

  assert.ok(!meanwhile.some((line) => line.startsWith("a ")));
  assert.equal(log.at(-1), "a moves");
  assert.deepEqual(begun(), ["a", "guest"]);
});

test("nobody is invited while all are paused, nor before it is ready", () => {
  const director = new Director(() => act("a"));
  director.invite(act("guest"));
  director.play();
  director.invite(act("late", false));
  pass(3);

  assert.deepEqual(begun(), ["a"]);
});
