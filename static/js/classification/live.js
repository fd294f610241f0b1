// The live camera put to the network: of each frame the answer and the maps, then the next frame; what comes meanwhile
// is dropped, so that nothing queues. Only the frame that one keeps becomes one's photo.

import { CameraStream } from "../shared/camera-stream.js";
import { emit } from "../shared/dom.js";
import { _ } from "../shared/i18n.js";
import { colorsOf } from "../shared/pixels.js";

const SIDE = 256; // of a frame: finer than any network here sees
const $ = (selector) => document.querySelector(selector);

export function connectLive(page) {
  const camera = new CameraStream((frame) => follow(page, frame), { side: SIDE });
  $("#live-video").append(camera.video);
  $("#live").addEventListener("click", () => (camera.state === "off" ? begin(page, camera) : keepFrame(camera)));
  camera.addEventListener("change", () => show(page, camera));
  show(page, camera);
  return { refresh() {}, stop: () => camera.stop() };
}

async function begin(page, camera) {
  await page.meetOwn();
  await camera.start();
}

async function follow(page, frame) {
  const file = await new Promise((done) => frame.canvas.toBlob(done, "image/png"));
  if (file) await page.follow({ file }, colorsOf(frame));
}

/** What is seen is what is kept: the frame becomes the visitor's photo, in this browser. */
async function keepFrame(camera) {
  const file = await camera.photo();
  camera.stop();
  if (file) emit($("#photo"), "shot", file); // taken and kept as every other shot of the camera
}

/** A camera at the back of a phone shows no mirror image. */
function looksAway({ srcObject }) {
  return srcObject?.getVideoTracks()[0]?.getSettings().facingMode === "environment";
}

function show(page, { state, sentence, video }) {
  const isOn = state !== "off";
  page.isLive = isOn;
  $("#live").textContent = isOn ? _("Keep this picture") : _("Live camera");
  $("#live").classList.toggle("is-on", state === "on");
  $("#live").setAttribute("aria-pressed", String(isOn));
  $("#live-video").hidden = state !== "on";
  $("#live-video").classList.toggle("is-mirror", !looksAway(video));
  $("#live-state").textContent = sentence;
}
