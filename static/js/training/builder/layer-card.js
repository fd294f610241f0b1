// One layer as a card: name, settings, the shape that comes out, its share of the parameters; opened, its settings and
// what it costs.

import { h, s } from "../../shared/dom.js";
import { number, percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { kindSentence, kindTitle } from "./layer-kinds.js";
import { shapeText } from "../../shared/layers.js";
import { fieldText, parameterFormula, settingsText, shortCount } from "./layer-words.js";
import "./layer-form.js";

const LEAST_SHARE = 0.01; // less would be a dot
const PATHS = {
  up: "M8 13V3M3.5 7.5 8 3l4.5 4.5",
  down: "M8 3v10M3.5 8.5 8 13l4.5-4.5",
  duplicate: "M6 6h7v7H6zM3 10V3h7",
  add: "M8 3v10M3 8h10",
  remove: "M4 4l8 8M12 4l-8 8",
};
let count = 0;

export class LayerCard {
  element = h("li", { class: "layer" });
  isOpen = false;
  #id = `layer-${(count += 1)}`;
  #name = h("strong", {});
  #words = h("span", { class: "words" });
  #shape = h("span", { class: "figure shape" });
  #grip = h("span", { class: "grip", "aria-hidden": "true", title: _("Drag") }, "⠿");
  #head = h(
    "button",
    { type: "button", class: "layer-head", "aria-expanded": "false", "aria-describedby": "layer-keys" },
    this.#name,
    this.#words,
    this.#shape,
  );
  #share = h("span", { class: "share", "aria-hidden": "true" });
  #fault = h("p", { class: "fault small", hidden: true });
  #body = null;
  #form = null;
  #facts = h("dl", { class: "facts" });
  #tools = {};
  #act;

  /** `act(verb)` is called for "toggle", "up", "down", "duplicate", "add", "remove". */
  constructor(path, act) {
    this.#act = act;
    this.element.dataset.path = path.join(".");
    this.#head.addEventListener("click", () => act("toggle"));
    this.element.append(h("div", { class: "layer-row" }, this.#grip, this.#head, this.#share), this.#fault);
  }

  get head() {
    return this.#head;
  }

  /** Where a block's own layers go. */
  get inside() {
    let list = this.element.querySelector(":scope > ol");
    if (!list) this.element.append((list = h("ol", { class: "layers inside" })));
    return list;
  }

  /**
   * `row` is the layer's report, or null where the network breaks before it; `most` the largest share of the
   * parameters.
   */
  show({ layer, row, total, context, isOpen, may, fault }) {
    this.#name.textContent = kindTitle(layer);
    this.#words.textContent = settingsText(layer);
    this.#shape.textContent = shapeText(row?.shape);
    this.#head.setAttribute("aria-label", this.#label(layer, row));
    const share = row && total ? row.parameters / total : 0;
    this.element.style.setProperty("--share", share < LEAST_SHARE ? 0 : share);
    this.element.classList.toggle("is-wrong", Boolean(fault));
    this.#fault.hidden = !fault;
    this.#fault.textContent = fault ?? "";
    this.#open(isOpen);
    if (isOpen) this.#fill(layer, row, total, context, may);
  }

  #label(layer, row) {
    const parts = [kindTitle(layer), settingsText(layer)];
    if (row)
      parts.push(
        _("gives %(shape)s", { shape: row.shape.join(" × ") }),
        _("%(count)s parameters", { count: number(row.parameters) }),
      );
    return parts.filter(Boolean).join(", ");
  }

  #open(isOpen) {
    if (isOpen === this.isOpen) return;
    this.isOpen = isOpen;
    this.element.classList.toggle("is-open", isOpen);
    this.#head.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return void this.#body.remove();
    this.#body ??= this.#build();
    this.#fault.after(this.#body);
    this.#head.setAttribute("aria-controls", this.#id);
  }

  #build() {
    this.#form = document.createElement("layer-form");
    const tool = (verb, title) =>
      (this.#tools[verb] = h(
        "button",
        {
          type: "button",
          class: "button tool",
          "data-verb": verb,
          "aria-label": title,
          title,
          onclick: () => this.#act(verb),
        },
        icon(verb),
      ));
    const tools = [
      tool("up", _("Move up")),
      tool("down", _("Move down")),
      tool("duplicate", _("Duplicate")),
      tool("add", _("Add a layer below")),
      tool("remove", _("Remove")),
    ];
    return h(
      "div",
      { class: "layer-body", id: this.#id },
      h("p", { class: "small soft does" }),
      this.#form,
      this.#facts,
      h("div", { class: "tools" }, tools),
    );
  }

  #fill(layer, row, total, context, may) {
    this.#body.querySelector(".does").textContent = kindSentence(layer.type);
    this.#form.show(context);
    this.#facts.replaceChildren(
      ...facts(row, total, context.network.input).flatMap(([name, value]) => [
        h("dt", {}, name),
        h("dd", {}, ...[value].flat().filter(Boolean)),
      ]),
    );
    for (const [verb, why] of Object.entries(may)) {
      this.#tools[verb].disabled = Boolean(why);
      this.#tools[verb].title = why || this.#tools[verb].getAttribute("aria-label");
    }
  }

  /** Tells that a setting was changed, as a listener of the form would. */
  hear(type, listener) {
    this.element.addEventListener(type, listener);
  }
}

function facts(row, total, input) {
  if (!row) return [];
  const formula = parameterFormula(row);
  const share = total && row.parameters ? _("%(share)s of all", { share: percent(row.parameters / total) }) : "0";
  return [
    [_("parameters"), [share, formula ? h("span", { class: "formula" }, formula) : null]],
    [_("sees"), fieldText(row.receptiveField, input)],
    ...(row.multiplyAdds ? [[_("multiply-adds"), shortCount(row.multiplyAdds)]] : []),
  ];
}

/** A small drawing for a button, in the color of its text. */
function icon(name) {
  return s(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, class: "icon-drawing", "aria-hidden": "true" },
    s("path", { d: PATHS[name] }),
  );
}
