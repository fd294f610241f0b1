// The settings of one layer, by the kinds of its fields. Their ends are what is possible, so that nothing impossible
// can be reached. Emits `patch` and `exchange`.

import { emit, h } from "../../shared/dom.js";
import { plain } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { EXCHANGES, fieldOf, isFinal, kindOf, kindTitle, sidesOf } from "./layer-kinds.js";
import { sideText } from "./layer-words.js";
import { changed, headOf, largestValue, layerAt, mayBecome, possibleValues } from "./network-edits.js";
import { doublingStops } from "./stops.js";
import "./segmented-choice.js";
import "./value-slider.js";

export class LayerForm extends HTMLElement {
  #type = null;
  #controls = []; // [control, (control, context) => void]

  /** The layer at `path` of a network. */
  show({ network, path, limits }) {
    const context = {
      network,
      path,
      limits,
      layer: layerAt(network, path),
      isHead: path.length === 1 && path[0] === headOf(network),
      isLast: path.length === 1 && path[0] === network.layers.length - 1,
    };
    if (context.layer.type !== this.#type) this.#build(context.layer);
    for (const [control, show] of this.#controls) show(control, context);
  }

  /** A control for each field that has a title, switches last. */
  #build(layer) {
    this.#type = layer.type;
    const fields = [...kindOf(layer).fields.values()].filter(({ title }) => title);
    const ordered = [...fields.filter(({ kind }) => kind !== "flag"), ...fields.filter(({ kind }) => kind === "flag")];
    this.#controls = [...(groupOf(layer) ? [this.#exchange()] : []), ...ordered.map((field) => this.#control(field))];
    this.replaceChildren(...this.#controls.map(([control]) => control));
  }

  #exchange() {
    const control = document.createElement("segmented-choice");
    control.addEventListener("choice", ({ detail }) => emit(this, "exchange", detail));
    return [control, showExchange];
  }

  #control(field) {
    const patch = (value, isLive = false) => emit(this, "patch", { patch: { [field.name]: value }, isLive });
    const { make, show } = CONTROLS[field.kind];
    return [make(field, patch), (control, context) => show(control, context, field)];
  }
}

function groupOf({ type }) {
  return EXCHANGES.find((types) => types.includes(type));
}

/** A control of each kind of field: how it is made, with what hears of a new value, and how it shows the layer's. */
const CONTROLS = {
  whole: { make: makeSlider, show: showCount },
  sides: { make: makeSlider, show: showTried },
  number: { make: makeSlider, show: showNumber },
  padding: { make: makeSegments, show: showPadding },
  choice: { make: makeSelect, show: showChoice },
  flag: { make: makeSwitch, show: showFlag },
};

function makeSlider(_field, patch) {
  const control = document.createElement("value-slider");
  control.addEventListener("value", ({ detail }) => patch(detail.value, detail.isLive));
  return control;
}

function makeSegments(_field, patch) {
  const control = document.createElement("segmented-choice");
  control.addEventListener("choice", ({ detail }) => patch(detail));
  return control;
}

function makeSelect({ title }, patch) {
  const onchange = ({ target }) => patch(target.value);
  return h("label", { class: "setting" }, h("span", {}, title), h("select", { onchange }));
}

function makeSwitch({ title }, patch) {
  const onchange = ({ target }) => patch(target.checked);
  return h("label", { class: "check" }, h("input", { type: "checkbox", onchange }), title);
}

function showExchange(control, { network, path, limits, layer }) {
  const options = groupOf(layer).map((type) => ({
    value: type,
    text: kindTitle({ type }),
    isPossible: type === layer.type || mayBecome(network, exchanged(network, path, type), limits),
  }));
  control.show({ title: _("how"), options, value: layer.type });
}

/** A count that only costs more the larger it is: up to what the server allows. The classifier's is that of classes. */
function showCount(control, context, field) {
  const { network, path, limits, layer, isHead } = context;
  const { name, title, widest, low } = field;
  const value = fieldOf(layer, name);
  if (widest === null) return showTried(control, context, field);
  if (isHead && name === kindOf(layer).formulas.gives)
    return control.set({ title, stops: [network.classes], value, whole: true });
  const high = Math.max(value, largestValue(network, path, name, field.high, limits));
  const stops = doublingStops(low, Math.max(value, Math.min(high, widest)));
  return control.set({ title, stops, value, low, high, whole: true });
}

/** Numbers of cells: only those that leave room for all that follows. Two sides that differ are shown as they are. */
function showTried(control, { network, path, limits, layer }, field) {
  const { name, title } = field;
  const present = sidesOf(layer, name);
  const stops = possibleValues(network, path, name, field.stops, limits);
  const value = Array.isArray(present) ? Math.max(...present) : present;
  if (!stops.includes(value)) stops.push(value);
  stops.sort((one, other) => one - other);
  const high = field.typed ? Math.max(value, largestFitting(network, path, field, limits)) : stops.at(-1);
  control.set({
    title,
    stops,
    value,
    low: stops[0],
    high,
    whole: true,
    write: Array.isArray(present) ? (side) => (side === value ? sideText(present) : plain(side)) : plain,
  });
}

/** Sides that fit are not always all below a largest one, so they are tried from above. */
function largestFitting(network, path, { name, low, high }, limits) {
  for (let side = high; side > low; side -= 1)
    if (mayBecome(network, changed(network, path, { [name]: side }), limits)) return side;
  return low;
}

function showNumber(control, { layer }, { name, title, stops, low, below, most }) {
  control.set({ title, stops, value: fieldOf(layer, name), low, high: most ?? below });
}

function showPadding(control, { network, path, limits, layer }, { name, title, choices, meanings }) {
  const value = fieldOf(layer, name);
  const values = [...choices, ...(choices.includes(value) ? [] : [value])];
  const possible = possibleValues(network, path, name, values, limits);
  const options = values.map((padding) => ({
    value: padding,
    text: typeof padding === "string" ? padding : sideText(padding, false),
    title: meanings[padding],
    isPossible: padding === value || possible.includes(padding),
  }));
  control.show({ title, options, value });
}

/** What may only be at the very end is offered there alone. */
function showChoice(control, { layer, isLast }, { name, choices }) {
  const select = control.querySelector("select");
  const names = choices.filter((choice) => isLast || !isFinal(choice));
  // An open list would close if it were filled again.
  if (select.length !== names.length)
    select.replaceChildren(
      ...names.map((choice) => h("option", { value: choice }, choice === "none" ? _("none") : choice)),
    );
  select.value = fieldOf(layer, name);
}

function showFlag(control, { layer }, { name }) {
  control.querySelector("input").checked = fieldOf(layer, name);
}

/** The network with the layer at `path` of another type, which keeps the fields that it has too. */
export function exchanged(network, path, type) {
  return changed(network, path, { type });
}

customElements.define("layer-form", LayerForm);
