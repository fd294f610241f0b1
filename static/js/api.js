// Every call to the server. Nothing else in the page knows an address or fetches.

import { language } from "./lib/i18n.js";
import { readNpy } from "./lib/npy.js";

/** A refusal of the server: `message` is its one plain sentence, in the visitor's language. */
export class Problem extends Error {
  constructor(problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

/** No answer at all: the server is gone, or the way to it. */
export class Unreachable extends Error {}

export async function listKernels() {
  return (await json("/api/kernels")).kernels;
}

export async function listSamples() {
  return (await json("/api/samples")).samples;
}

/** The picture as the server reads it: its float32 levels, in `color` rgb or gray, and what the file held. */
export async function readPicture(source, maxSide, color) {
  const response = await send("/api/convolutions", form(source, { kernel: "identity", format: "npy", max_side: maxSide, color }));
  return { levels: readNpy(await response.arrayBuffer()), origin: readOrigin(response.headers) };
}

/** The filtered picture in full size, as a file. */
export async function download(source, fields) {
  const response = await send("/api/convolutions", form(source, fields));
  return response.blob();
}

/** Gradient descent on the server: {kernel, loss, frames, ...}. */
export async function fitKernel(source, fields) {
  return (await send("/api/kernel-fits", form(source, fields))).json();
}

/** The programs for what is on the screen: {curl, pytorch, numpy, opencv, keras}. */
export async function writeCode(source, fields) {
  return (await send("/api/convolutions/code", form({ sample: source.sample }, fields))).json();
}

/** The cards of all networks that can be looked into. */
export async function listModels() {
  return (await json("/api/models")).models;
}

/** One network's card with its layers. */
export function readModel(name) {
  return json(modelAddress(name));
}

/** {predictions, seen, familiarity, familiar, milliseconds, before?} of a picture; `fields` are its change and implant. */
export async function classify(model, source, fields) {
  return (await send(`${modelAddress(model)}/classifications`, form(source, fields))).json();
}

/** {layers: [{name, type, shape, limit, maps}]} of a picture. */
export async function readActivations(model, source, fields) {
  return (await send(`${modelAddress(model)}/activations`, form(source, fields))).json();
}

/** How one number of a layer was made; `fields` has its layer, channel, x and y. */
export async function explainUnit(model, source, fields) {
  return (await send(`${modelAddress(model)}/explanations`, form(source, fields))).json();
}

/** {heat, limit, ...}: where a class comes from, by one method. */
export async function attribute(model, source, fields) {
  return (await send(`${modelAddress(model)}/attributions`, form(source, fields))).json();
}

/** The learned kernels of a layer. */
export function readFilters(model, layer) {
  return json(`${modelAddress(model)}/filters/${layerAddress(layer)}`);
}

/** What excites a channel: patches, a picture made for it, how selective it is. */
export function readChannel(model, layer, channel) {
  return json(`${modelAddress(model)}/channels/${layerAddress(layer)}/${channel}`);
}

/** {layers: [{layer, orientation_index, class_index}]}: how selective each layer is. */
export function readSelectivity(model) {
  return json(`${modelAddress(model)}/selectivity`);
}

export function sampleAddress(name) {
  return `/api/samples/${encodeURIComponent(name)}`;
}

function modelAddress(name) {
  return `/api/models/${encodeURIComponent(name)}`;
}

/** A layer inside a block has a slash in its name, which belongs to the address. */
function layerAddress(name) {
  return name.split("/").map(encodeURIComponent).join("/");
}

function readOrigin(headers) {
  const pairs = (headers.get("X-Picture") ?? "").split("; ").map((pair) => pair.split("="));
  return Object.fromEntries(pairs);
}

function form(source, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null && value !== undefined) body.append(name, typeof value === "object" ? JSON.stringify(value) : value);
  }
  if (source.sample) body.append("sample", source.sample);
  if (source.file) body.append("image", source.file, "image");
  return body;
}

async function json(address) {
  return (await send(address)).json();
}

async function send(address, body) {
  const headers = { "Accept-Language": language };
  const response = await fetch(address, body ? { method: "POST", body, headers } : { headers }).catch((error) => {
    throw new Unreachable(error.message);
  });
  if (response.ok) return response;
  throw new Problem(await response.json().catch(() => ({ title: response.statusText })));
}
