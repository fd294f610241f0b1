// How long the incoming weights of each layer's units are: a small histogram for each layer, with the longest that is
// allowed.

import { h, s } from "../../shared/dom.js";
import { short } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { layerTitle } from "../../shared/layers.js";
import { spread } from "./snapshots.js";

const [BINS, HEIGHT, BAR] = [44, 26, 0.82];

export class NormStrips extends HTMLElement {
  #built = "";

  /** `layers` are {layer, norms, limit, end}: `limit` is max-norm's or null, `end` the scale's. */
  show(layers) {
    const key = JSON.stringify(layers.map(({ layer }) => layer));
    if (key !== this.#built) this.replaceChildren(...layers.map(({ layer }) => row(layer)));
    this.#built = key;
    layers.forEach((layer, index) => fill(this.children[index], layer, layers[index + 1]));
  }
}

function row(layer) {
  const chart = s(
    "svg",
    { viewBox: `0 0 ${BINS} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" },
    s("path", { class: "units" }),
    s("line", { class: "limit", y1: 0, y2: HEIGHT }),
  );
  return h(
    "section",
    {},
    h("h3", {}, layerTitle(layer)),
    chart,
    h("span", { class: "ends fact", "aria-hidden": "true" }, h("span", {}, "0"), h("span")),
  );
}

/** The end of the scale is written where the next layer has another one. */
function fill(section, { norms, limit, end }, next) {
  section.classList.toggle("is-alike", next?.end === end);
  const counts = spread(norms, end, BINS);
  const most = Math.max(...counts, 1);
  const bars = counts.map((count, bin) =>
    count ? bar(bin, Math.max(1.5, (HEIGHT - 1) * Math.sqrt(count / most))) : "",
  );
  section.querySelector(".units").setAttribute("d", bars.join(""));
  const line = section.querySelector(".limit");
  line.toggleAttribute("hidden", limit === null);
  for (const side of ["x1", "x2"]) line.setAttribute(side, limit === null ? 0 : (limit / end) * BINS);
  const [low, high] = [Math.min(...norms), Math.max(...norms)];
  section.querySelector("svg").setAttribute("aria-label", sentence(norms, low, high, limit));
  section.querySelector(".ends span:last-child").textContent = short(end);
}

function bar(bin, height) {
  return `M${bin + (1 - BAR) / 2} ${HEIGHT}v${-height}h${BAR}v${height}z`;
}

function sentence(norms, low, high, limit) {
  const values = { count: norms.length, low: short(low), high: short(high), limit: limit === null ? "" : short(limit) };
  return limit === null
    ? _("%(count)s units, norms from %(low)s to %(high)s", values)
    : _("%(count)s units, norms from %(low)s to %(high)s; none may be longer than %(limit)s", values);
}

customElements.define("norm-strips", NormStrips);
