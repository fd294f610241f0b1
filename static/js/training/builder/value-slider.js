// One number: a slider over the values one wants, and a field for any other. Its ends are the possible values. Emits
// `value`.

import { emit, h } from "../../shared/dom.js";
import { parseNumber, plain } from "../../shared/format.js";

let count = 0;

export class ValueSlider extends HTMLElement {
  #stops = [0, 1];
  #range = [0, 1];
  #value = 0;
  #whole = false;
  #write = plain;
  #id = `value-${(count += 1)}`;
  #slider = h("input", {
    type: "range",
    step: 1,
    min: 0,
    "aria-labelledby": this.#id,
    oninput: () => this.#slid(true),
    onchange: () => this.#slid(false),
  });
  #field = h("input", {
    class: "field",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-labelledby": this.#id,
    onchange: () => this.#typed(),
    onblur: () => this.#leave(),
    onkeydown: (event) => this.#key(event),
  });
  #title = h("span", { id: this.#id });

  connectedCallback() {
    if (!this.firstChild) this.append(this.#title, this.#slider, this.#field);
  }

  /**
   * `stops` are ascending; `low` and `high` (else the first and last stop) are what may be typed; `write` words a
   * value.
   */
  set({ title, stops, value, low = stops[0], high = stops.at(-1), whole = false, write = plain }) {
    this.#title.textContent = title;
    [this.#stops, this.#range, this.#whole, this.#write, this.#value] = [stops, [low, high], whole, write, value];
    this.#slider.max = stops.length - 1;
    this.#slider.disabled = stops.length < 2;
    this.#field.disabled = low === high;
    this.#show();
    return this;
  }

  #show() {
    const at = this.#nearest(this.#value);
    this.#slider.value = at;
    this.#slider.style.setProperty("--filled", this.#stops.length > 1 ? at / (this.#stops.length - 1) : 0);
    this.#slider.setAttribute("aria-valuetext", this.#write(this.#value));
    if (!this.#field.dataset.typing) this.#field.value = this.#write(this.#value);
  }

  #nearest(value) {
    let best = 0;
    this.#stops.forEach(
      (stop, index) => (best = distance(stop, value) < distance(this.#stops[best], value) ? index : best),
    );
    return best;
  }

  #slid(isLive) {
    const value = this.#stops[Number(this.#slider.value)];
    if (isLive || value !== this.#value) this.#become(value, isLive);
    else emit(this, "value", { value, isLive: false });
  }

  #typed() {
    delete this.#field.dataset.typing;
    const text = this.#field.value.replace(/\s/g, "");
    const typed = /^\d{7,}$/.test(text) ? Number(text) : parseNumber(this.#whole ? ungrouped(text) : text);
    if (typed === null) return this.#show();
    const [low, high] = this.#range;
    const inside = Math.min(high, Math.max(low, typed));
    this.#become(this.#whole ? Math.round(inside) : inside, false);
  }

  #key(event) {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    // it takes back what was typed, and no more
    if (event.key === "Escape" && this.#field.dataset.typing) event.stopPropagation();
    if (event.key === "Escape") this.#leave();
    else if (!step) this.#field.dataset.typing = "true"; // what is being typed is not written over
    if (!step) return;
    event.preventDefault();
    const next = this.#stops[this.#nearest(this.#value) + step];
    if (next !== undefined) this.#become(next, false);
  }

  #leave() {
    delete this.#field.dataset.typing;
    this.#show();
  }

  #become(value, isLive) {
    this.#value = value;
    this.#show();
    emit(this, "value", { value, isLive });
  }
}

/** "12,000" and "12.000" as they are meant where only whole numbers may come. */
function ungrouped(text) {
  return /^\d{1,3}([.,]\d{3})+$/.test(text) ? text.replace(/[.,]/g, "") : text;
}

/** How far apart two values are on the slider: by ratio where both are positive. */
function distance(one, other) {
  if (one > 0 && other > 0) return Math.abs(Math.log(one / other));
  return Math.abs(one - other);
}

customElements.define("value-slider", ValueSlider);
