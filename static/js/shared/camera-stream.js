// The camera as a stream: a frame is handed over when the one before was taken; what comes meanwhile is dropped. Its
// light is on only while frames are taken: not while paused, in a hidden tab or after the page. Knows no room.

import { _ } from "./i18n.js";

/**
 * `state` is off, asking, on, paused, or away (the tab is hidden; it goes on when the tab is back). `sentence` says why
 * there is no picture, or is empty. Both may have changed at an event `change`.
 */
export class CameraStream extends EventTarget {
  state = "off";
  sentence = "";
  video = Object.assign(document.createElement("video"), { autoplay: true, playsInline: true, muted: true });
  #canvas = document.createElement("canvas");
  #still = null;
  #media = null;
  #turn = 0;
  #taken = null; // resolves when the last frame was
  #take;
  #isSquare;
  #isMirror;

  /**
   * `take({width, height, data, canvas})`, data in RGBA, may be async. Frames have `side` pixels on their longest side
   * (another may be set at any time); the middle square of what the camera sees, or all of it. A mirror shows at the
   * right what moves to the right; a camera that looks away from the visitor is none, and letters want none.
   */
  constructor(take = null, { side = 256, isSquare = true, isMirror = true } = {}) {
    super();
    [this.#take, this.side, this.#isSquare, this.#isMirror] = [take, side, isSquare, isMirror];
    document.addEventListener("visibilitychange", () => this.#look());
    addEventListener("pagehide", () => this.stop());
  }

  /** Asks for the camera and begins, or goes on. Resolves when it is on, or when `sentence` says why not. */
  async start() {
    if (this.state === "on" || this.state === "asking") return;
    const turn = this.#begin("asking");
    try {
      const media = await open(this.side);
      if (turn !== this.#turn) return release(media);
      await this.#show(media);
    } catch (error) {
      if (turn === this.#turn) this.stop(sentenceOf(error));
    }
  }

  /**
   * The light goes off; the frame that is frozen is handed over once more, and again if asked, so that what is seen is
   * what is kept.
   */
  async pause() {
    if (this.state === "on") {
      this.#still = this.#drawn(document.createElement("canvas"), Infinity);
      this.#begin("paused");
    }
    if (this.#still) await this.#hand(this.#still);
  }

  stop(sentence = "") {
    if (this.state !== "off" || sentence) this.#begin("off", sentence);
  }

  /** The frozen frame, or the present one, as fine as the camera gives it: a PNG file, or null where there is none. */
  async photo() {
    const source = this.state === "on" ? this.#drawn(document.createElement("canvas"), Infinity) : this.#still;
    const file = source && (await new Promise((done) => source.toBlob(done, "image/png")));
    return file && new File([file], "camera.png", { type: file.type });
  }

  /** Whatever was on ends here: a new turn, whose number tells late answers from their own. */
  #begin(state, sentence = "") {
    this.#turn += 1;
    if (this.#media) release(this.#media);
    this.#media = this.video.srcObject = null;
    if (state !== "paused") this.#still = null;
    this.#become(state, sentence);
    return this.#turn;
  }

  #become(state, sentence) {
    [this.state, this.sentence] = [state, sentence];
    this.dispatchEvent(new Event("change"));
  }

  async #show(media) {
    const turn = this.#turn;
    this.#media = this.video.srcObject = media;
    const [track] = media.getVideoTracks();
    track.addEventListener("ended", () => turn === this.#turn && this.stop(lost()));
    await this.video.play();
    if (turn !== this.#turn) return;
    this.#become("on", "");
    if (document.hidden) this.#look();
    else if (this.#take) this.#run(turn);
  }

  async #run(turn) {
    try {
      while (turn === this.#turn) {
        await nextFrame(this.video);
        const begun = performance.now();
        if (turn === this.#turn) await this.#hand(this.video);
        await rest((performance.now() - begun) / 2); // whoever clicks is heard also where a frame takes long
      }
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  async #hand(source) {
    await this.#taken;
    if (source === this.video && this.state !== "on") return;
    const canvas = this.#drawn(this.#canvas, this.side, source);
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    this.#taken = Promise.resolve(this.#take?.({ width, height, data, canvas }));
    await this.#taken;
  }

  /** `canvas` with what `source` shows: cut, mirrored and at most `side` pixels long. */
  #drawn(canvas, side, source = this.video) {
    const [width, height] = [source.videoWidth ?? source.width, source.videoHeight ?? source.height];
    const [w, h] = this.#isSquare ? Array(2).fill(Math.min(width, height)) : [width, height];
    const scale = Math.min(1, side / Math.max(w, h));
    const [right, bottom] = [w, h].map((length) => Math.max(1, Math.round(length * scale)));
    if (canvas.width !== right || canvas.height !== bottom) Object.assign(canvas, { width: right, height: bottom });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const isTurned = source === this.video && this.#isTurned;
    context.setTransform(isTurned ? -1 : 1, 0, 0, 1, isTurned ? right : 0, 0);
    context.drawImage(source, (width - w) / 2, (height - h) / 2, w, h, 0, 0, right, bottom);
    return canvas;
  }

  get #isTurned() {
    const facing = this.#media?.getVideoTracks()[0]?.getSettings().facingMode;
    return this.#isMirror && facing !== "environment";
  }

  #look() {
    if (document.hidden && (this.state === "on" || this.state === "asking")) this.#begin("away");
    else if (!document.hidden && this.state === "away") this.start();
  }
}

function open(side) {
  if (!isSecureContext) throw new Error(insecure());
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "NotFoundError");
  return navigator.mediaDevices.getUserMedia({
    video: { width: { ideal: side > 512 ? 1280 : 640 }, frameRate: { ideal: 30 } },
  });
}

function release(media) {
  for (const track of media.getTracks()) track.stop();
}

function rest(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** Resolves when `video` shows another frame. */
function nextFrame(video) {
  return new Promise((done) =>
    video.requestVideoFrameCallback ? video.requestVideoFrameCallback(done) : requestAnimationFrame(done),
  );
}

const insecure = () =>
  _(
    "Browsers lend the camera only to addresses that begin with https, and this one does not. Choose “Your photo” instead: on a phone it offers the camera, too.",
  );
const lost = () => _("The camera was switched off or unplugged. Press the button to start it again.");

/** What kept the camera from starting, and what to do about it. */
function sentenceOf({ name, message }) {
  if (name === "NotAllowedError")
    return _("The browser may not use the camera here. Allow it beside the address above, then try again.");
  if (name === "NotReadableError" || name === "AbortError")
    return _("The camera does not answer; another program may be using it. Close that one and try again.");
  if (name === "NotFoundError" || name === "OverconstrainedError")
    return _("There is no camera here. Connect one, or choose a photo instead.");
  return message;
}
