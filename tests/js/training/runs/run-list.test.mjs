// The list of runs must never put back what has changed since it was asked for.

import assert from "node:assert/strict";
import test from "node:test";

globalThis.document ??= {
  documentElement: { lang: "en" },
  hidden: false,
  addEventListener() {},
  getElementById: () => null,
};
const { RunList } = await import("../../../../static/js/training/runs/run-list.js");

const RUN = { id: "a", state: "running", step: 40 };

/** A page as the list knows it, and a server that answers with each of `answers`, the last one for ever. */
function pageOf(runs, state = { run: null, compare: [] }) {
  const page = { runs, state, lost: [], attempt: (work) => work(), refresh() {}, lose: (id) => page.lost.push(id) };
  page.runOf = (id) => page.runs.find((run) => run.id === id) ?? null;
  return page;
}

function answerWith(answer) {
  let calls = 0;
  globalThis.fetch = async (address) => {
    const call = (calls += 1);
    await null;
    const [status, body] = await answer(call, address);
    return new Response(JSON.stringify(body), { status });
  };
  return () => calls;
}

/** The list reads itself again and again; that must not keep the test waiting. */
async function read(list) {
  const later = globalThis.setTimeout;
  globalThis.setTimeout = (...call) => later(...call).unref();
  await list.renew();
  globalThis.setTimeout = later;
}

test("a list that was asked for before a run paused is asked for again", async () => {
  const page = pageOf([RUN]);
  const list = new RunList(page);
  const calls = answerWith(async (call) => {
    if (call === 1) list.hear("a", { state: "paused", step: 41 });
    return [200, { runs: [call === 1 ? RUN : { ...RUN, state: "paused", step: 41 }] }];
  });

  await read(list);

  assert.deepEqual([calls(), page.runs[0].state], [2, "paused"]);
});

test("a state of long ago, told when a stream begins, changes nothing", () => {
  const page = pageOf([RUN]);
  const list = new RunList(page);
  answerWith(async () => [200, { runs: [RUN] }]);
  list.renew = () => {};

  list.hear("a", { state: "queued", step: 0 });

  assert.equal(page.runs[0].state, "running");
});

test("an open run that the server has no more is lost, one that it cannot tell of now is kept", async () => {
  const page = pageOf([RUN], { run: "a", compare: [] });
  const list = new RunList(page);

  answerWith(async (_call, address) =>
    address === "/api/runs" ? [200, { runs: [] }] : [503, { title: "Busy", status: 503 }],
  );
  await assert.rejects(read(list));
  const kept = page.runs.length;
  answerWith(async (_call, address) =>
    address === "/api/runs" ? [200, { runs: [] }] : [404, { title: "Gone", status: 404 }],
  );
  await read(list);

  assert.deepEqual([kept, page.lost], [1, ["a"]]);
});
