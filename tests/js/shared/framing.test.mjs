import assert from "node:assert/strict";
import test from "node:test";

import { centerSquare, framingFor, middleOf, onPhoto } from "../../../static/js/shared/framing.js";

test("what a unit sees lies in the square that was cut from the photo", () => {
  const photo = { width: 400, height: 320 };

  assert.deepEqual(centerSquare(photo), { x: 40, y: 0, side: 320 });
  assert.deepEqual(onPhoto({ x: 2, y: -1, width: 5, height: 5 }, photo, { width: 32, height: 32 }), {
    x: 60,
    y: -10,
    width: 50,
    height: 50,
  });
});

test("what a unit sees of a drawing lies in its frame, which may reach beyond the photo", () => {
  const frame = { framing: "drawing", left: -0.25, top: 0.5, width: 0.5, height: 1 };

  assert.deepEqual(
    onPhoto({ x: 4, y: 0, width: 8, height: 8 }, { width: 400, height: 200 }, { width: 8, height: 8 }, frame),
    {
      x: 0,
      y: 100,
      width: 200,
      height: 200,
    },
  );
});

test("drawings are framed for networks that say so", () => {
  assert.equal(framingFor({ framings: ["middle", "drawing"] }), "drawing");
  assert.equal(framingFor({ framings: ["middle"] }), null);
  assert.equal(framingFor(undefined), null);
  assert.deepEqual(middleOf({ width: 400, height: 200 }), {
    framing: "middle",
    left: 0.25,
    top: 0,
    width: 0.5,
    height: 1,
  });
});
