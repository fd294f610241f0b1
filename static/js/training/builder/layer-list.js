// The network as a list of cards: open, change, add, remove, duplicate and move layers, by mouse, touch and keyboard.
// What cannot be is not offered. Emits `edit` with {network, said, isLive}.

import { emit, h } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { kindTitle } from "./layer-kinds.js";
import { report } from "./network-arithmetic.js";
import {
  after,
  changed,
  duplicated,
  headOf,
  inserted,
  layerAt,
  listAt,
  mayBecome,
  moved,
  removed,
  targetsOf,
} from "./network-edits.js";
import { LayerCard } from "./layer-card.js";
import { CardDrag } from "./card-drag.js";
import { exchanged } from "./layer-form.js";
import "./layer-menu.js";

const KEYS = _(
  "Enter opens its settings. Alt with the up and down arrows moves it, Delete takes it out, Control and D doubles it.",
);

export class LayerList extends HTMLElement {
  #network = null;
  #limits = null;
  #fault = null;
  #open = null; // path of the open card, as text
  #cards = new Map(); // path as text -> LayerCard
  #signature = "";
  #list = h("ol", { class: "layers" });
  #input = h("p", { class: "layer-input small soft" });
  #add = h(
    "button",
    {
      type: "button",
      class: "add-layer",
      onclick: () => this.#menu.offer(this.#network, null, this.#limits, this.#add),
    },
    _("+ layer"),
  );
  #menu = document.createElement("layer-menu");
  #drag = new CardDrag(this.#list, {
    targets: (path) => targetsOf(this.#network, path, this.#limits),
    drop: (path, index) => this.#move(path, index),
  });

  connectedCallback() {
    if (this.firstChild) return;
    this.append(
      this.#input,
      this.#list,
      this.#add,
      this.#menu,
      h("p", { class: "visually-hidden", id: "layer-keys" }, KEYS),
    );
    this.#menu.addEventListener("layer", ({ detail }) => this.#insert(detail));
    this.#list.addEventListener("keydown", (event) => this.#key(event));
  }

  /** `fault` is {path, message} where the network cannot be built; `limits` are those of the server, or null. */
  show({ network, limits, fault = null }) {
    const isKnown =
      network === this.#network && limits === this.#limits && JSON.stringify(fault) === JSON.stringify(this.#fault);
    if (isKnown) return;
    [this.#network, this.#limits, this.#fault] = [network, limits, fault];
    if (this.#open && !exists(network, parse(this.#open))) this.#open = null;
    const signature = shapeOf(network.layers);
    if (signature !== this.#signature) this.#rebuild();
    this.#signature = signature;
    this.#refresh();
  }

  /** Puts the keyboard on a layer's card. */
  focusOn(path) {
    this.#cards.get(path.join("."))?.head.focus();
  }

  #rebuild() {
    const focused =
      this.#list.contains(document.activeElement) && document.activeElement.closest(".layer")?.dataset.path;
    this.#cards.clear();
    this.#list.replaceChildren(...this.#build(this.#network.layers, []));
    if (focused) this.#cards.get(focused)?.head.focus();
  }

  #build(layers, within) {
    return layers.map((layer, index) => {
      const path = [...within, index];
      const card = new LayerCard(path, (verb) => this.#act(verb, path));
      card.hear("patch", (event) => this.#patch(event, path));
      card.hear("exchange", (event) => this.#exchange(event, path));
      this.#cards.set(path.join("."), card);
      if (layer.layers) card.inside.append(...this.#build(layer.layers, path));
      return card.element;
    });
  }

  #refresh() {
    const { rows, total } = reportOf(this.#network, this.#fault);
    this.#input.replaceChildren(_("picture"), h("span", { class: "figure shape" }, this.#network.input.join("×")));
    for (const [text, card] of this.#cards) {
      const path = parse(text);
      const isOpen = text === this.#open;
      const context = { network: this.#network, path, limits: this.#limits };
      card.show({
        layer: layerAt(this.#network, path),
        row: rows.get(text) ?? null,
        total,
        context,
        isOpen,
        may: isOpen ? this.#may(path) : {},
        fault: this.#faultOf(text),
      });
    }
  }

  #faultOf(text) {
    return this.#fault && this.#fault.path.join(".") === text ? this.#fault.message : null;
  }

  /** For each tool of the open card, why it cannot be used; "" where it can. */
  #may(path) {
    const [network, limits] = [this.#network, this.#limits];
    const targets = targetsOf(network, path, limits);
    const why = (can, sentence) => (can ? "" : sentence);
    const whole = _("the layers around it would not fit together");
    return {
      up: why(
        targets.some((index) => index < path.at(-1)),
        whole,
      ),
      down: why(
        targets.some((index) => index > path.at(-1)),
        whole,
      ),
      duplicate: why(mayBecome(network, duplicated(network, path), limits), _("a second one would not fit")),
      add: why(path.length > 1 || path[0] < headOf(network), _("nothing comes after the last dense layer")),
      remove: why(listAt(network, path).length > 1 && mayBecome(network, removed(network, path), limits), whole),
    };
  }

  #act(verb, path) {
    if (verb === "toggle") return this.#toggle(path);
    if (verb === "up" || verb === "down") return this.#step(path, verb === "up" ? -1 : 1);
    if (verb === "add")
      return this.#menu.offer(
        this.#network,
        after(path),
        this.#limits,
        this.#cards.get(path.join(".")).element.querySelector("[data-verb=add]"),
      );
    const names = { layer: this.#title(path), why: this.#may(path)[verb] };
    if (verb === "remove")
      return names.why ? this.#say(_("%(layer)s cannot be taken out: %(why)s.", names)) : this.#remove(path);
    return names.why ? this.#say(_("%(layer)s cannot be doubled: %(why)s.", names)) : this.#duplicate(path);
  }

  #toggle(path) {
    const text = path.join(".");
    this.#open = this.#open === text ? null : text;
    this.#refresh();
  }

  /** To the next place in that direction where it may stand. */
  #step(path, direction) {
    const targets = targetsOf(this.#network, path, this.#limits).filter(
      (index) => (index - path.at(-1)) * direction > 0,
    );
    if (!targets.length)
      return this.#say(
        _("%(layer)s cannot go further that way: the layers around it would not fit together.", {
          layer: this.#title(path),
        }),
      );
    return this.#move(path, direction < 0 ? targets.at(-1) : targets[0]);
  }

  #move(path, index) {
    const target = [...path.slice(0, -1), index];
    const said = _("%(layer)s is layer %(number)s of %(count)s now.", {
      layer: this.#title(path),
      number: index + 1,
      count: listAt(this.#network, path).length,
    });
    if (this.#open === path.join(".")) this.#open = target.join(".");
    else if (this.#open) this.#open = null;
    this.#become(moved(this.#network, path, index), said, target);
  }

  #remove(path) {
    const said = _("%(layer)s was taken out.", { layer: this.#title(path) });
    const next = removed(this.#network, path);
    this.#open = null;
    this.#become(next, said, [...path.slice(0, -1), Math.min(path.at(-1), listAt(next, path).length - 1)]);
  }

  #duplicate(path) {
    const target = after(path);
    this.#open = this.#open && target.join(".");
    this.#become(duplicated(this.#network, path), _("%(layer)s was doubled.", { layer: this.#title(path) }), target);
  }

  #insert({ path, layer }) {
    this.#open = path.join(".");
    this.#become(
      inserted(this.#network, path, layer),
      _("%(layer)s was added as layer %(number)s.", { layer: kindTitle(layer), number: path.at(-1) + 1 }),
      path,
    );
  }

  #patch(event, path) {
    event.stopPropagation();
    const { patch, isLive } = event.detail;
    emit(this, "edit", { network: changed(this.#network, path, patch), said: "", isLive });
  }

  #exchange(event, path) {
    event.stopPropagation();
    this.#become(exchanged(this.#network, path, event.detail), "", path);
  }

  #become(network, said, path) {
    emit(this, "edit", { network, said, isLive: false });
    this.focusOn(path);
  }

  #say(said) {
    emit(this, "edit", { network: this.#network, said, isLive: false });
  }

  #title(path) {
    return kindTitle(layerAt(this.#network, path));
  }

  #key(event) {
    if (event.key === "Escape" && this.#open) return this.#close();
    const head = event.target.closest(".layer-head");
    if (!head) return;
    const path = parse(head.closest(".layer").dataset.path);
    const verb = verbOf(event);
    if (verb) event.preventDefault();
    if (verb === "next" || verb === "previous") this.#walk(head, verb === "next" ? 1 : -1);
    else if (verb) this.#act(verb, path);
  }

  #close() {
    const path = parse(this.#open);
    this.#toggle(path);
    this.focusOn(path);
  }

  #walk(head, step) {
    const heads = [...this.#list.querySelectorAll(".layer-head")];
    heads[heads.indexOf(head) + step]?.focus();
  }
}

function verbOf({ key, altKey, ctrlKey, metaKey }) {
  if (altKey) return { ArrowUp: "up", ArrowDown: "down" }[key];
  if (ctrlKey || metaKey) return key.toLowerCase() === "d" ? "duplicate" : undefined;
  return { ArrowUp: "previous", ArrowDown: "next", Delete: "remove" }[key];
}

/** Rows by path, as far as the network holds, and all parameters. */
function reportOf(network, fault) {
  const layers = fault?.path.length ? network.layers.slice(0, fault.path[0]) : network.layers;
  try {
    const told = report({ ...network, layers });
    return {
      rows: new Map(told.layers.filter(({ path }) => path).map((row) => [row.path.join("."), row])),
      total: told.parameters,
    };
  } catch {
    return { rows: new Map(), total: 0 };
  }
}

function shapeOf(layers) {
  return layers.map(({ type, layers: inside }) => (inside ? `${type}(${shapeOf(inside)})` : type)).join();
}

function exists({ layers }, path) {
  return Boolean(
    path.reduce((list, index, depth) => (depth < path.length - 1 ? list?.[index]?.layers : list?.[index]), layers),
  );
}

function parse(text) {
  return text.split(".").map(Number);
}

customElements.define("layer-list", LayerList);
