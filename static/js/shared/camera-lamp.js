// Says whether the camera is on, or what keeps it off. Follows a CameraStream and knows nothing else.

import { h, say } from "./dom.js";
import { _ } from "./i18n.js";

export class CameraLamp extends HTMLElement {
  #words = h("span", { role: "status" });

  connectedCallback() {
    if (!this.firstChild) this.append(h("span", { class: "dot", "aria-hidden": "true" }), this.#words);
  }

  follow(camera) {
    camera.addEventListener("change", () => this.#show(camera));
    this.#show(camera);
  }

  #show({ state, sentence }) {
    this.dataset.state = state;
    say(this.#words, sentence || wordOf(state));
  }
}

function wordOf(state) {
  if (state === "on") return _("Camera on");
  if (state === "asking") return _("Waiting for the camera…");
  return state === "off" ? "" : _("Camera off");
}

customElements.define("camera-lamp", CameraLamp);
