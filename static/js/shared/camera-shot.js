// Shows the camera and takes one picture; the camera is on only while its dialog is open. Emits `shot` with a PNG file.

import { emit, h } from "./dom.js";
import { _ } from "./i18n.js";

export class CameraShot extends HTMLElement {
  #video = h("video", { autoplay: true, playsinline: true, muted: true });
  #message = h("p", { class: "small soft", role: "status" });
  #shoot = h(
    "button",
    { class: "button primary", type: "button", disabled: true, onclick: () => this.#take() },
    _("Take the picture"),
  );
  #stream = null;

  connectedCallback() {
    if (this.firstChild) return;
    const cancel = h(
      "button",
      { class: "button", type: "button", onclick: () => this.closest("dialog").close() },
      _("Cancel"),
    );
    this.append(this.#video, this.#message, h("div", { class: "buttons" }, cancel, this.#shoot));
    this.closest("dialog").addEventListener("close", () => this.#stop());
  }

  async start() {
    this.#message.textContent = _("Waiting for the camera…");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } } });
      this.#begin(stream);
    } catch {
      this.#message.textContent = _(
        "There is no camera, or the browser was not allowed to use it. Upload a picture instead.",
      );
    }
  }

  #begin(stream) {
    this.#stop();
    this.#stream = stream;
    if (!this.closest("dialog").open) return this.#stop();
    this.#video.srcObject = stream;
    this.#message.textContent = "";
    this.#shoot.disabled = false;
    return undefined;
  }

  #stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
    this.#shoot.disabled = true;
  }

  #take() {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: this.#video.videoWidth, height: this.#video.videoHeight });
    canvas.getContext("2d").drawImage(this.#video, 0, 0);
    canvas.toBlob((file) => emit(this, "shot", file), "image/png");
    this.closest("dialog").close();
  }
}

customElements.define("camera-shot", CameraShot);
