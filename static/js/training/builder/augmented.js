// Augmentation: which changes, how strong, and a batch as it is before and after.

import { h } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { fedOf } from "./fed.js";
import { setTraining } from "./fields.js";

const CHANGES = [
  ["flip", _("mirrored")],
  ["shift", _("shifted")],
  ["affine", _("turned, zoomed, slanted")],
  ["cutout", _("a square cut out")],
  ["noise", _("noise")],
  ["brightness", _("brightness")],
];

export class Augmented {
  #page;
  #fed;
  #checks = new Map();
  #sliders = { shift: document.createElement("value-slider"), cutout: document.createElement("value-slider") };
  #before = h("img", { class: "pixels", alt: _("Training pictures as they are") });
  #after = h("img", { class: "pixels", alt: _("The same pictures as the network is shown them") });
  #pictures = h(
    "div",
    { class: "batch-pair", hidden: true },
    h("figure", {}, this.#before, h("figcaption", { class: "small soft" }, _("as they are"))),
    h("figure", {}, this.#after, h("figcaption", { class: "small soft" }, _("as it sees them"))),
  );
  element = h("div", { class: "settings" });

  constructor(page) {
    this.#page = page;
    this.#fed = fedOf(page);
    this.#fed.listen(() => this.#show());
    const labels = CHANGES.map(([name, title]) => {
      const input = h("input", {
        type: "checkbox",
        "data-change": name,
        onchange: ({ target }) => this.#turn(name, target.checked),
      });
      this.#checks.set(name, input);
      return h("label", { class: "check" }, input, title);
    });
    for (const [name, slider] of Object.entries(this.#sliders))
      slider.addEventListener("value", ({ detail }) => setTraining(page, { [name]: detail.value }, detail));
    this.element.append(
      h("div", { class: "changes", role: "group", "aria-label": _("Changes") }, labels),
      ...Object.values(this.#sliders),
      this.#pictures,
    );
  }

  refresh() {
    const { augmentation, shift, cutout } = this.#page.state.training;
    const side = this.#side;
    for (const [name, input] of this.#checks)
      input.checked = augmentation.includes(name) || (name === "flip" && augmentation.includes("alternating-flip"));
    for (const [name, slider] of Object.entries(this.#sliders)) slider.hidden = !augmentation.includes(name);
    this.#sliders.shift.set({
      title: _("shift, pixels"),
      stops: [1, 2, 3, 4, 5, 6, 8].filter((pixels) => pixels < side),
      value: shift,
      low: 0,
      high: 64,
      whole: true,
    });
    this.#sliders.cutout.set({
      title: _("square, pixels"),
      stops: [2, 4, 6, 8, 10, 12, 16].filter((pixels) => pixels <= side),
      value: cutout,
      low: 0,
      high: 256,
      whole: true,
    });
  }

  /** Of the pictures, in pixels. */
  get #side() {
    return Math.min(...(this.#page.dataset?.input.slice(1) ?? [32]));
  }

  /** A mirrored picture is one change, whether at random or every other epoch. */
  #turn(name, isOn) {
    const { augmentation, cutout } = this.#page.state.training;
    const others = augmentation.filter((other) => other !== name && !(name === "flip" && other === "alternating-flip"));
    const isWhole = name === "cutout" && isOn && cutout >= this.#side; // nothing would be left of the picture
    setTraining(this.#page, {
      augmentation: isOn ? [...others, name] : others,
      ...(isWhole && { cutout: Math.floor(this.#side / 2) }),
    });
  }

  #show() {
    const { shown, isStale } = this.#fed;
    this.#pictures.setAttribute("aria-busy", String(isStale));
    if (isStale) return;
    this.#pictures.hidden = !shown;
    if (!shown) return;
    this.#before.src = shown.originals;
    this.#after.src = shown.batch;
  }
}
