// Events must come out the same, wherever the network cuts their text.

import assert from "node:assert/strict";
import test from "node:test";

import { EventLines } from "../../../static/js/shared/event-lines.js";

const TEXT =
  ': ping\n\nretry: 2000\n\nid: 7\nevent: step\ndata: {"loss": 1.5}\n\n' +
  'id: 8\r\nevent:state\r\ndata: {"state":\r\ndata: "läuft"}\r\n\r\nid: 9\nevent: step\ndata: {}';
const EVENTS = [
  { id: 7, kind: "step", fields: { loss: 1.5 } },
  { id: 8, kind: "state", fields: { state: "läuft" } },
];

function heard(pieces) {
  const events = [];
  const lines = new EventLines((event) => events.push(event));
  for (const piece of pieces) lines.push(piece);
  return events;
}

test("comments and unfinished events are no events", () => {
  assert.deepEqual(heard([TEXT]), EVENTS);
});

test("a stream cut anywhere says the same", () => {
  for (let cut = 1; cut < TEXT.length; cut += 1)
    assert.deepEqual(heard([TEXT.slice(0, cut), TEXT.slice(cut)]), EVENTS, `cut at ${cut}`);
  assert.deepEqual(heard([...TEXT]), EVENTS);
});
