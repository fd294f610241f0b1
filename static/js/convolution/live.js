// The live camera through the kernel: each frame is the picture until the next, while the kernel is edited. A pause
// freezes one, which may be kept as one's photo; nothing else is.

import "../shared/camera-lamp.js";
import { CameraStream } from "../shared/camera-stream.js";
import { _ } from "../shared/i18n.js";
import { colorsOf, grayOf } from "../shared/pixels.js";
import { tell } from "../rooms/notice.js";
import { remember } from "../rooms/photo.js";

const LARGEST = 512; // pixels a side: more do not come in time
const $ = (selector) => document.querySelector(selector);

export function connectLive(page) {
  const camera = new CameraStream((frame) => page.follow(levelsOf(frame, page.state), source));
  const source = { still: () => still(camera), again: () => again(page, camera) };
  $("#lamp").follow(camera);
  camera.addEventListener("change", () => show(camera));
  $("#live").addEventListener("click", () => (camera.state === "on" ? camera.pause() : begin(page, camera)));
  $("#keep").addEventListener("click", async () => {
    const photo = await source.still();
    if (await page.take(photo)) await remember(photo);
  });
  return {
    refresh: () => (camera.side = sideOf(page)),
    stop: () => camera.stop(),
  };
}

function begin(page, camera) {
  tell(null);
  camera.side = sideOf(page);
  return camera.start();
}

function sideOf({ state }) {
  return Math.min(state.size, LARGEST);
}

function levelsOf(frame, { color }) {
  return color === "gray" ? grayOf(frame) : colorsOf(frame);
}

/** Another size or color: the next frame has it, and a frozen one comes once more. */
function again(page, camera) {
  camera.side = sideOf(page);
  return camera.state === "paused" && camera.pause();
}

/** What the server is asked about has to stay: the frame that is seen. */
async function still(camera) {
  await camera.pause();
  return { file: await camera.photo() };
}

function show({ state, sentence }) {
  if (sentence) tell(sentence);
  $("#live").textContent = { on: _("Pause"), paused: _("Go on") }[state] ?? _("Camera");
  $("#live").classList.toggle("is-on", state === "on");
  $("#lamp").hidden = state === "off";
  $("#keep").hidden = state !== "paused";
}
