// The chain of steps from the picture to the last result. Emits `open`, `remove` and `add`.

import { emit, h, paint } from "../shared/dom.js";
import { size } from "../shared/format.js";
import { _ } from "../shared/i18n.js";

const ADDABLE = [
  ["convolution", _("kernel")],
  ["relu", _("ReLU")],
  ["max_pool", _("max pooling")],
  ["average_pool", _("average pooling")],
];

export class StepChain extends HTMLElement {
  #list = h("ol", { class: "chain" });

  connectedCallback() {
    if (this.firstChild) return;
    const add = ([type, label]) =>
      h(
        "button",
        { class: "button", type: "button", "data-add": type, onclick: () => emit(this, "add", type) },
        `+ ${label}`,
      );
    this.append(this.#list, h("div", { class: "buttons" }, ADDABLE.map(add)));
  }

  /** `tiles` are {title, picture, rgba, isSigned}: the input first, then each step's result; `at` is the open step. */
  show(tiles, at) {
    const focused = this.#list.contains(document.activeElement);
    this.#list.replaceChildren(
      ...tiles.map((tile, index) => this.#tile(tile, index - 1, index - 1 === at, tiles.length)),
    );
    const open = this.#list.querySelector("[aria-current]");
    if (focused) open?.focus();
    if (open) center(this.#list, open);
  }

  #tile({ title, picture, whole, rgba, isSigned }, index, isOpen, count) {
    const canvas = picture
      ? paint(h("canvas", { "aria-hidden": "true", class: isSigned && "is-signed" }), picture, rgba)
      : h("span", { class: "empty" }, "?");
    const text = [
      h("strong", {}, title),
      h("span", { class: "figure" }, picture ? size(whole.width, whole.height) : _("does not fit")),
    ];
    if (index < 0) return h("li", {}, h("div", { class: "tile" }, canvas, text));
    const open = {
      class: "tile",
      type: "button",
      "aria-current": isOpen && "step",
      onclick: () => emit(this, "open", index),
    };
    return h("li", {}, h("button", open, canvas, text), count > 2 ? this.#remove(index, title) : null);
  }

  #remove(index, title) {
    const label = _("Remove step %(number)s, %(title)s", { number: index + 1, title });
    return h(
      "button",
      {
        class: "remove",
        type: "button",
        "aria-label": label,
        title: label,
        onclick: () => emit(this, "remove", index),
      },
      "×",
    );
  }
}

/** Where the list is wider than its place. */
function center(list, part) {
  const [whole, own] = [list.getBoundingClientRect(), part.getBoundingClientRect()];
  list.scrollLeft += own.left - whole.left - (whole.width - own.width) / 2;
}

customElements.define("step-chain", StepChain);
