// No point of a run may be lost or taken twice, whatever is sent again after a reconnection.

import assert from "node:assert/strict";
import test from "node:test";

import { RunFeed } from "../../../../static/js/training/runs/run-feed.js";

const step = (id, number) => ({ id, kind: "step", fields: { step: number, steps: 100, loss: 1 / number } });

test("an event that comes twice is taken once", () => {
  const feed = new RunFeed("a", 10);

  const taken = [step(1, 1), step(2, 2), step(1, 1), step(2, 2), step(3, 3)].map((event) => feed.take(event));

  assert.deepEqual(taken, [true, true, false, false, true]);
  assert.deepEqual(
    feed.steps.map((one) => one.step),
    [1, 2, 3],
  );
  assert.equal(feed.last, 3);
});

test("events go where they belong", () => {
  const feed = new RunFeed("a", 10);

  feed.take({ id: 1, kind: "state", fields: { state: "running", step: 0, learning_rate: 0.1 } });
  feed.take({ id: 2, kind: "snapshot", fields: { number: 0 } });
  feed.take(step(3, 25));
  feed.take({ id: 4, kind: "epoch", fields: { epoch: 3 } });
  feed.take({ id: 5, kind: "news of a later version", fields: {} });

  assert.deepEqual([feed.states.length, feed.snapshots.length, feed.steps.length, feed.epochs.length], [1, 1, 1, 1]);
  assert.equal(feed.epochAt(25), 2.5);
  assert.equal(feed.hasEnded, false);
});

test("a run that was paused has not ended, one that was stopped has", () => {
  const feed = new RunFeed("a", 10);

  feed.take({ id: 1, kind: "state", fields: { state: "paused" } });
  assert.equal(feed.hasEnded, false);
  feed.take({ id: 2, kind: "state", fields: { state: "stopped" } });

  assert.equal(feed.hasEnded, true);
});

test("a new learning rate is a change, the first one and a pause are none", () => {
  const feed = new RunFeed("a", 10);
  const told = [
    [1, "queued", 0.1],
    [2, "running", 0.1],
    [3, "running", 0.01],
    [4, "paused", 0.01],
    [5, "running", 0.02],
  ];

  for (const [id, state, rate] of told)
    feed.take({ id, kind: "state", fields: { state, step: id * 10, learning_rate: rate } });

  assert.deepEqual(
    feed.changes.map(({ step: at, learning_rate: rate }) => [at, rate]),
    [
      [30, 0.01],
      [50, 0.02],
    ],
  );
});

test("a ticket has no number and moves none", () => {
  const feed = new RunFeed("a", 10);
  feed.take(step(1, 1));

  const taken = feed.take({ kind: "ticket", fields: { place: 2, seconds: 30 } });

  assert.equal(taken, true);
  assert.equal(feed.ticket.place, 2);
  assert.equal(feed.last, 1);
  assert.equal(feed.take(step(1, 1)), false);
});
