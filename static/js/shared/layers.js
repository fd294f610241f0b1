// Names of layers, channels and classes as the page writes them.

import { _ } from "./i18n.js";
import { told } from "./told.js";

const { types, activations } = told.layers;
const names = { ...told.names };
const KINDS = new Map([
  ["input", _("input")],
  ["projection", _("shortcut")],
  ["add", _("sum")],
  ...types.map(({ type, short }) => [type, short]),
  ...Object.entries(activations).map(([name, { title }]) => [name, title]),
]);

const DATASETS = {
  cifar10: "CIFAR-10",
  imagenet: "ImageNet",
  mnist: "MNIST",
  "fashion-mnist": "Fashion-MNIST",
  digits: _("digits of scikit-learn"),
  shapes: _("drawn shapes"),
};

/** What a type of layer does, by the server's word: "kernels", "function", "sum" ... */
export function roleOf(type) {
  return types.find((row) => row.type === type).role;
}

/** Whether a run tells no more of its pictures than that they are somebody's own. */
export function isSecret(dataset) {
  return dataset === "own-pictures";
}

/** A data set's name as it is written; that of an uploaded one is a secret. */
export function datasetTitle(name) {
  if (name?.startsWith("own-")) return _("own pictures");
  return Object.hasOwn(DATASETS, name) ? DATASETS[name] : name;
}

/** "conv 2" for conv2d_2, "block 1 · conv 3" for residual_1/conv2d_3. */
export function layerTitle(name) {
  return name.split("/").map(partTitle).join(" · ");
}

function partTitle(part) {
  const [, kind, number] = part.match(/^(.*?)(?:_(\d+))?$/);
  const title = KINDS.get(kind) ?? kind.replaceAll("_", " ");
  return number && !isFinal(kind) ? `${title} ${number}` : title;
}

/** What a network's classes are called comes with its card: the page is told those of the known data sets alone. */
export function learnNames(models) {
  for (const { classes, class_names: said } of models) classes.forEach((label, index) => (names[label] = said[index]));
}

/** A class in the page's language; told is a name only where it is another than the label. */
export function classTitle(label) {
  return Object.hasOwn(names, label) ? names[label] : label;
}

/** "map 4", "red", "unit 12", or the class itself at the network's end. */
export function channelTitle(layer, channel, classes) {
  if (layer.type === "input") return inputTitle(layer.shape[0], channel);
  if (layer.shape.length === 3) return _("map %(number)s", { number: channel + 1 });
  return isLast(layer, classes) ? classTitle(classes[channel]) : _("unit %(number)s", { number: channel + 1 });
}

function inputTitle(count, channel) {
  return count === 3 ? [_("red"), _("green"), _("blue")][channel] : _("gray");
}

function isLast(layer, classes) {
  const weighs = types.some(({ type, role }) => type === layer.type && role === "weigh");
  return (weighs || isFinal(layer.type)) && layer.shape[0] === classes.length;
}

/** Whether that is an activation of the very end, which is alone. */
function isFinal(name) {
  return Object.hasOwn(activations, name) && activations[name].last;
}

/** "16×30×30" or "10"; a dash where there is none. */
export function shapeText(shape) {
  return shape ? shape.join("×") : "–";
}
