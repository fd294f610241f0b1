// The settings of one layer. Their ends are what is possible, so that nothing impossible can be reached. Emits `patch`
// and `exchange`.

import { emit, h } from "../../shared/dom.js";
import { plain } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { EXCHANGES, activationsOf, fieldOf, kindTitle } from "./layer-kinds.js";
import { sideText } from "./layer-words.js";
import { changed, headOf, largestValue, layerAt, mayBecome, possibleValues } from "./network-edits.js";
import { doublingStops } from "./stops.js";
import "./segmented-choice.js";
import "./value-slider.js";

const SIDES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11];
const STEPS = [1, 2, 3, 4];
const MOST_UNITS = 1_000_000;
const WIDEST_SLIDER = { filters: 512, units: 2048 };
const RATES = Array.from({ length: 19 }, (_rate, index) => (index + 1) / 20);
const KEPT = [0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999];

const FIELDS = {
  conv2d: ["filters", "kernel_size", "stride", "padding", "activation", "use_bias"],
  max_pooling2d: ["pool_size", "pool_stride"],
  average_pooling2d: ["pool_size", "pool_stride"],
  batch_normalization: ["momentum"],
  dropout: ["rate"],
  dense: ["units", "activation", "use_bias"],
  activation: ["activation"],
  residual: ["activation"],
};

export class LayerForm extends HTMLElement {
  #type = null;
  #controls = new Map();

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
    if (context.layer.type !== this.#type) this.#build(context.layer.type);
    for (const [name, control] of this.#controls) SHOW[name](control, context);
  }

  #build(type) {
    this.#type = type;
    const names = [...(EXCHANGES.some((group) => group.includes(type)) ? ["exchange"] : []), ...(FIELDS[type] ?? [])];
    this.#controls = new Map(names.map((name) => [name, this.#control(name)]));
    this.replaceChildren(...this.#controls.values());
  }

  #control(name) {
    const field = name === "pool_stride" ? "stride" : name;
    const control = CONTROLS[name]();
    if (name === "exchange") control.addEventListener("choice", ({ detail }) => emit(this, "exchange", detail));
    else
      control.addEventListener(control.matches("value-slider") ? "value" : "choice", ({ detail }) =>
        emit(this, "patch", { patch: { [field]: detail.value ?? detail }, isLive: Boolean(detail.isLive) }),
      );
    if (control.matches("label"))
      control.querySelector("input, select").addEventListener("change", ({ target }) =>
        emit(this, "patch", {
          patch: { [field]: target.type === "checkbox" ? target.checked : target.value },
          isLive: false,
        }),
      );
    return control;
  }
}

const slider = () => document.createElement("value-slider");
const segments = () => document.createElement("segmented-choice");

const CONTROLS = {
  exchange: segments,
  filters: slider,
  units: slider,
  kernel_size: slider,
  pool_size: slider,
  stride: slider,
  pool_stride: slider,
  rate: slider,
  momentum: slider,
  padding: segments,
  activation: () => h("label", { class: "setting" }, h("span", {}, _("activation")), h("select", {})),
  use_bias: () => h("label", { class: "check" }, h("input", { type: "checkbox" }), _("a bias for each")),
};

const SHOW = {
  exchange: (control, { network, path, limits, layer }) => {
    const group = EXCHANGES.find((types) => types.includes(layer.type));
    const options = group.map((type) => ({
      value: type,
      text: kindTitle({ type }),
      isPossible: type === layer.type || mayBecome(network, exchanged(network, path, type), limits),
    }));
    control.show({ title: _("how"), options, value: layer.type });
  },
  filters: (control, context) => showCount(control, context, "filters", _("kernels")),
  units: (control, context) => {
    if (context.isHead)
      return control.set({
        title: _("units"),
        stops: [context.network.classes],
        value: context.layer.units,
        whole: true,
      });
    return showCount(control, context, "units", _("units"));
  },
  kernel_size: (control, context) => showSide(control, context, "kernel_size", _("kernel size"), SIDES),
  pool_size: (control, context) => showSide(control, context, "pool_size", _("window"), SIDES.slice(1)),
  stride: (control, context) => showSide(control, context, "stride", _("step"), STEPS),
  pool_stride: (control, context) =>
    showSide(
      control,
      context,
      "stride",
      _("step"),
      STEPS,
      fieldOf(context.layer, "stride") ?? fieldOf(context.layer, "pool_size"),
    ),
  rate: (control, { layer }) =>
    control.set({ title: _("share"), stops: RATES, value: fieldOf(layer, "rate"), low: 0, high: 0.99 }),
  momentum: (control, { layer }) =>
    control.set({ title: _("memory"), stops: KEPT, value: fieldOf(layer, "momentum"), low: 0, high: 0.9999 }),
  padding: (control, { network, path, limits, layer }) => {
    const value = fieldOf(layer, "padding");
    const values = ["valid", "same", ...(["valid", "same"].includes(value) ? [] : [value])];
    const possible = possibleValues(network, path, "padding", values, limits);
    control.show({
      title: _("border"),
      options: values.map((padding) => ({
        value: padding,
        text: typeof padding === "string" ? padding : sideText(padding, false),
        title: BORDERS[padding],
        isPossible: padding === value || possible.includes(padding),
      })),
      value,
    });
  },
  activation: (control, { layer, isLast }) => {
    const select = control.querySelector("select");
    const names = activationsOf(layer.type, isLast);
    // An open list would close if it were filled again.
    if (select.length !== names.length)
      select.replaceChildren(...names.map((name) => h("option", { value: name }, name === "none" ? _("none") : name)));
    select.value = fieldOf(layer, "activation");
  },
  use_bias: (control, { layer }) => (control.querySelector("input").checked = fieldOf(layer, "use_bias")),
};

const BORDERS = {
  valid: _("the kernel stays inside; the maps get smaller"),
  same: _("zeros around; the maps keep their size"),
};

/** A count that only costs more the larger it is: up to what the server allows. */
function showCount(control, { network, path, limits, layer }, field, title) {
  const high = Math.max(layer[field], largestValue(network, path, field, MOST_UNITS, limits));
  const widest = Math.max(layer[field], Math.min(high, WIDEST_SLIDER[field]));
  control.set({ title, stops: doublingStops(1, widest), value: layer[field], low: 1, high, whole: true });
}

/** A side in cells: only those that leave room for all that follows. Two sides that differ are shown as they are. */
function showSide(control, { network, path, limits, layer }, field, title, wanted, present = fieldOf(layer, field)) {
  const stops = possibleValues(network, path, field, wanted, limits);
  const value = Array.isArray(present) ? Math.max(...present) : present;
  if (!stops.includes(value)) stops.push(value);
  stops.sort((one, other) => one - other);
  const high = field === "stride" ? stops.at(-1) : Math.max(value, largestSide(network, path, field, limits));
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
function largestSide(network, path, field, limits) {
  for (let side = 63; side > 1; side -= 1)
    if (mayBecome(network, changed(network, path, { [field]: side }), limits)) return side;
  return 1;
}

/** The network with the layer at `path` of another type. */
export function exchanged(network, path, type) {
  const { pool_size, stride } = layerAt(network, path);
  const kept = type.includes("global") || type === "flatten" ? {} : { pool_size, stride };
  return changed(network, path, { type, ...kept });
}

customElements.define("layer-form", LayerForm);
