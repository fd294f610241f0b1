// The learning rate over a whole training, as a line.

import { h, s } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { rateFactor } from "./schedules.js";

const [WIDTH, HEIGHT, POINTS] = [240, 34, 80];

export class RateCurve extends HTMLElement {
  /** `write` words a rate. */
  show(training, steps, write) {
    const at = (step) => training.learning_rate * rateFactor(training, step, steps);
    const places = Array.from({ length: POINTS + 1 }, (_place, index) => Math.round((index / POINTS) * (steps - 1)));
    const rates = places.map(at);
    const highest = Math.max(...rates);
    const points = rates.map(
      (rate, index) => `${(index / POINTS) * WIDTH},${HEIGHT - 1 - (highest ? rate / highest : 0) * (HEIGHT - 4)}`,
    );
    const words = _("learning rate: from %(first)s to %(last)s over %(steps)s steps", {
      first: write(rates[0]),
      last: write(rates.at(-1)),
      steps,
    });
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", words);
    const ends = h(
      "div",
      { class: "ends figure", "aria-hidden": "true" },
      h("span", {}, write(rates[0])),
      h("span", {}, write(rates.at(-1))),
    );
    this.replaceChildren(
      s(
        "svg",
        { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
        s("polyline", { points: points.join(" ") }),
      ),
      ends,
    );
  }
}

customElements.define("rate-curve", RateCurve);
