// Shows the camera and takes one picture; the camera is on only while its dialog is open. Emits `shot` with a PNG file.

import { CameraStream } from "./camera-stream.js";
import { emit, h } from "./dom.js";
import { _ } from "./i18n.js";

export class CameraShot extends HTMLElement {
  #camera = new CameraStream(null, { side: 1280, isSquare: false, isMirror: false });
  #message = h("p", { class: "small soft", role: "status" });
  #shoot = h(
    "button",
    { class: "button primary", type: "button", disabled: true, onclick: () => this.#take() },
    _("Take the picture"),
  );

  connectedCallback() {
    if (this.firstChild) return;
    const cancel = h(
      "button",
      { class: "button", type: "button", onclick: () => this.closest("dialog").close() },
      _("Cancel"),
    );
    this.append(this.#camera.video, this.#message, h("div", { class: "buttons" }, cancel, this.#shoot));
    this.#camera.addEventListener("change", () => this.#show());
    this.closest("dialog").addEventListener("close", () => this.#camera.stop());
  }

  start() {
    return this.#camera.start();
  }

  #show() {
    const { state, sentence } = this.#camera;
    this.#message.textContent = state === "asking" ? _("Waiting for the camera…") : sentence;
    this.#shoot.disabled = state !== "on";
  }

  async #take() {
    emit(this, "shot", await this.#camera.photo());
    this.closest("dialog").close();
  }
}

customElements.define("camera-shot", CameraShot);
