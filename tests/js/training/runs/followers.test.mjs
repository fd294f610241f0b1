// A page follows its runs whatever becomes of them.

import assert from "node:assert/strict";
import test from "node:test";

globalThis.document ??= {
  documentElement: { lang: "en" },
  hidden: false,
  addEventListener() {},
  getElementById: () => null,
};
globalThis.requestAnimationFrame ??= (draw) => setTimeout(draw, 0);
const { Followers } = await import("../../../../static/js/training/runs/followers.js");

const state = (id, name) => `id: ${id}\nevent: state\ndata: {"state": "${name}"}\n\n`;

test("a run that failed is followed again once it goes on", async () => {
  const log = [
    [state(1, "running"), state(2, "failed")],
    [state(1, "running"), state(2, "failed"), state(3, "queued"), state(4, "finished")],
  ];
  let calls = 0;
  globalThis.fetch = async () => new Response(log[Math.min(calls++, 1)].join(""), { status: 200 });
  const followers = new Followers(
    () => {},
    () => {},
  );
  const heard = async (name) => {
    for (let turn = 0; turn < 200 && followers.feeds.get("a").state !== name; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    return followers.feeds.get("a").state;
  };

  followers.follow([{ id: "a", epochs: 1, state: "running" }]);
  const first = await heard("failed");
  followers.follow([{ id: "a", epochs: 1, state: "failed" }]);
  const still = calls;
  followers.follow([{ id: "a", epochs: 1, state: "queued" }]);

  assert.deepEqual([first, still, await heard("finished")], ["failed", 1, "finished"]);
});

test("a run that is gone is given up, and whoever knows all runs is told to look", async () => {
  const looked = [];
  let calls = 0;
  globalThis.fetch = async () => {
    calls += 1;
    return new Response('{"title": "No such run", "status": 404}', { status: 404 });
  };
  const followers = new Followers(
    () => {},
    (id) => looked.push(id),
  );

  followers.follow([{ id: "b", epochs: 1, state: "running" }]);
  for (let turn = 0; turn < 200 && !looked.length; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));

  assert.deepEqual([looked, followers.feeds.get("b").connection, calls], [["b"], "closed", 1]);
});

test("a page that nobody sees opens no stream", async () => {
  let calls = 0;
  globalThis.fetch = async () => {
    calls += 1;
    return new Response("", { status: 204 });
  };
  globalThis.document.hidden = true;

  new Followers(
    () => {},
    () => {},
  ).follow([{ id: "c", epochs: 1, state: "running" }]);
  globalThis.document.hidden = false;

  assert.equal(calls, 0);
});

test("a stream that came back is open, though a paused run tells nothing", async () => {
  const events = [state(1, "running"), state(2, "paused")].join("");
  let calls = 0;
  globalThis.fetch = async (_address, { signal }) => {
    calls += 1;
    const silent = new ReadableStream({
      start: (stream) => signal.addEventListener("abort", () => stream.error(signal.reason)),
    });
    return new Response(calls === 1 ? events : silent, { status: 200 });
  };
  const seen = [];
  const followers = new Followers(
    () => seen.push(followers.feeds.get("d").connection),
    () => {},
  );

  followers.follow([{ id: "d", epochs: 1, state: "running" }]);
  for (let turn = 0; turn < 400 && (calls < 2 || seen.at(-1) !== "open"); turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 5));
  followers.follow([]);

  assert.ok(seen.includes("reconnecting"));
  assert.equal(seen.at(-1), "open");
});
