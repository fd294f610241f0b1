// Every call to the server. Nothing else in the page knows an address or fetches, but for the folder calls beside it.

import { Alarm } from "./shared/alarm.js";
import { EventLines } from "./shared/event-lines.js";
import { language } from "./shared/i18n.js";
import { readArray, readNpy } from "./shared/npy.js";
import { readPng } from "./shared/png.js";

const RUNS = "/api/runs";
const SILENCE_MS = 40_000; // the server pings every 15 s
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [500, 2000]; // before an order is sent again
let unanswered = null; // the order, and its key, that no answer came to

/** A refusal of the server: `message` is its one plain sentence, in the visitor's language. */
export class Problem extends Error {
  /** `seconds` after which to come again, where the server says it. */
  constructor(problem, seconds = null) {
    super(problem.detail || problem.title);
    [this.problem, this.seconds] = [problem, seconds];
  }
}

/** No answer at all: the server is gone, or the way to it. */
export class Unreachable extends Error {}

/** Whether waiting may help: the server is away, busy, or stops. */
export function isPassing(error) {
  return error instanceof Unreachable || error.problem?.status === 429 || error.problem?.status >= 500;
}

/** The engine's inner loops: the answer, not yet read. */
export function fetchEngine() {
  return fetch(new URL("../vendor/engine/engine.wasm", import.meta.url));
}

export async function listKernels() {
  return (await json("/api/kernels")).kernels;
}

export async function listSamples() {
  return (await json("/api/samples")).samples;
}

/**
 * The picture as the server reads it: its levels, in `color` rgb or gray, and what the file held. Levels of 8 bits come
 * as PNG, a sixth of the bytes; finer ones are asked for again as they are.
 */
export async function readPicture(source, maxSide, color) {
  const ask = (format) =>
    send("/api/convolutions", form(source, { kernel: "identity", format, max_side: maxSide, color }));
  const response = await ask("png");
  const origin = readOrigin(response.headers);
  if (origin.levels === "8-bit") return { levels: await readPng(await response.arrayBuffer()), origin };
  return { levels: readNpy(await (await ask("npy")).arrayBuffer()), origin };
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

/**
 * {predictions, seen, frame, familiarity, familiar, second_opinion, milliseconds, before?} of a picture; `fields` are
 * its change, implant and framing.
 */
export async function classify(model, source, fields) {
  return (await send(`${modelAddress(model)}/classifications`, form(source, fields))).json();
}

/** {layers: [{name, type, shape, limit, maps}]} of a picture. */
export async function readActivations(model, source, fields) {
  return (await send(`${modelAddress(model)}/activations`, form(source, fields))).json();
}

/** One layer's values for a picture, float32: {shape, data}, maps as channels x height x width. */
export async function readValues(model, source, fields, layer) {
  const asked = form(source, { ...fields, layer, format: "npy" });
  return readArray(await (await send(`${modelAddress(model)}/activations`, asked)).arrayBuffer());
}

/**
 * {columns: [{part, name, shape, channels, limit, maps, other?, differences?}]}: the maps that a picture excites most,
 * of each stage, or of what a `part` consists of, or of one `layer`; beside them those of a second picture, sent as
 * `other_sample` or `other_image`.
 */
export async function readColumns(model, source, fields) {
  return (await send(`${modelAddress(model)}/stages`, form(source, fields))).json();
}

/** {layers: [{layer, accuracy, predictions}]}: what each layer's linear probe answers for a picture. */
export async function askProbes(model, source, fields) {
  return (await send(`${modelAddress(model)}/probes`, form(source, fields))).json();
}

/** How one number of a layer was made; `fields` has its layer, channel, x and y. */
export async function explainUnit(model, source, fields) {
  return (await send(`${modelAddress(model)}/explanations`, form(source, fields))).json();
}

/** A weight's gradient for a class, product by product; `fields` say which weight, the label and the learning rate. */
export async function explainGradient(model, source, fields) {
  return (await send(`${modelAddress(model)}/gradients`, form(source, fields))).json();
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
export function readMaximization(model, layer, channel) {
  return json(`${modelAddress(model)}/maximizations/${layerAddress(layer)}/${channel}`);
}

export function readChannel(model, layer, channel) {
  return json(`${modelAddress(model)}/channels/${layerAddress(layer)}/${channel}`);
}

/** {layers: [{layer, orientation_index, class_index}]}: how selective each layer is. */
export function readSelectivity(model) {
  return json(`${modelAddress(model)}/selectivity`);
}

/** All data sets: {name, title, input, classes, train, test, available}. */
export async function listDatasets() {
  return (await json("/api/datasets")).datasets;
}

/** One data set with its counts, its mean and deviation, and a sheet of samples. */
export function readDataset(name, samples = null) {
  return json(`/api/datasets/${encodeURIComponent(name)}${samples === null ? "" : `?samples=${samples}`}`);
}

/** A ZIP of one folder of pictures per class, as a new data set. */
export async function addDataset(archive, title, size) {
  const body = form({}, { title, size });
  body.append("archive", archive);
  return (await send("/api/datasets", body)).json();
}

/** Networks to start from: {name, title, description, network}. */
export async function listNetworks() {
  return (await json("/api/networks")).networks;
}

/** {network, layers, parameters, memory_mb, code} of a description, or of {text} in Keras or PyTorch. */
export function checkNetwork(description) {
  return post("/api/networks", description);
}

/** Every limit of the server, by subject. */
export function readLimits() {
  return json("/api/limits");
}

/** How fast a network trains on this machine, measured: {images_per_second, seconds_an_epoch}. */
export function timeNetwork(network, training, dataset) {
  return post("/api/networks/timings", { network, training, dataset });
}

/** Settings to start from: the page's own, and those that work or fail and say why. */
export async function listRecipes() {
  return (await json("/api/recipes")).recipes;
}

/** What a network is really fed: a batch as it is trained on, its statistics and its range. */
export function previewInput(dataset, training) {
  return post(`${RUNS}/preview`, { dataset, training });
}

/** All runs, newest first. */
export async function listRuns() {
  return (await json(RUNS)).runs;
}

/** A recording beside the scripts (python -m app record): "run", {run, photo, events}, or "pair", {runs}. */
export function readRecording(name) {
  return json(new URL(`../recorded/${name}.json`, import.meta.url).href);
}

/** What the teacher's board shows. */
export function readBoard() {
  return json("/api/board");
}

/** One run with its history. */
export function readRun(id) {
  return json(runAddress(id));
}

/**
 * Starts {dataset, network, training, name?, sample?, pair?}: the run, which may have to wait in the queue. Where the
 * answer is lost on its way it is asked for again, also by the next press for the same; one key starts one run.
 */
export async function submitRun(order) {
  const body = JSON.stringify(order);
  if (unanswered?.body !== body) unanswered = { body, key: randomKey() };
  const headers = { "Idempotency-Key": unanswered.key };
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    try {
      const run = await post(RUNS, order, "POST", headers);
      unanswered = null;
      return run;
    } catch (error) {
      if (!isUnanswered(error) || pause > LONGEST_PAUSE_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function isUnanswered(error) {
  return error instanceof Unreachable || error.problem?.type?.endsWith("#key-in-use");
}

/** A text in quotes (RFC 8941). `randomUUID` is not there on plain HTTP. */
function randomKey() {
  const numbers = crypto.getRandomValues(new Uint32Array(4));
  return `"${Array.from(numbers, (number) => number.toString(16).padStart(8, "0")).join("")}"`;
}

/** Asks a run for {state}, {learning_rate} or {name}. */
export function changeRun(id, patch) {
  return post(runAddress(id), patch, "PATCH");
}

/** Stops a run and removes all that is kept of it. */
export function deleteRun(id) {
  return send(runAddress(id), undefined, "DELETE");
}

/** The confusion matrix of validation pictures: of the newest epoch, or the last up to `epoch` that is kept. */
export function readConfusion(id, epoch = null) {
  return json(`${runAddress(id)}/confusion?pictures=0${epoch === null ? "" : `&epoch=${epoch}`}`);
}

/** The pictures behind one cell of it, at that epoch: {epoch, count, pictures: [{index, confidence, image}]}. */
export function readConfused(id, { truth, predicted }, epoch) {
  return json(`${runAddress(id)}/confusion/${truth}/${predicted}?epoch=${epoch}`);
}

/** The photo, {sample} or {file}, that the run's snapshots watch from now on; `framing` as the network sees it. */
export function watchPhoto(id, source, framing) {
  return send(`${runAddress(id)}/photo`, form(source, { framing }), "PUT");
}

/** Where the photo is, as the network sees it, that a run watches. */
export function watchedAddress(id) {
  return `${runAddress(id)}/photo`;
}

/** A snapshot as the run told it, or, for another photo, computed anew from the weights of then. */
export async function readSnapshot(id, number, source = null, framing = null) {
  const address = `${runAddress(id)}/snapshots/${number}`;
  return source ? (await send(address, form(source, { framing }))).json() : json(address);
}

/** Where a run's history is as a table. */
export function metricsAddress(id) {
  return `${runAddress(id)}/metrics.csv`;
}

/** Where a run is to be had as a program: `library` keras or pytorch, `form` notebook, script or zip. */
export function programAddress(id, asked) {
  return `${runAddress(id)}/program?${new URLSearchParams(asked)}`;
}

/** Where a model's `weights` or `onnx` are. */
export function modelFileAddress(name, file) {
  return `/api/models/${encodeURIComponent(name)}/${file}`;
}

/** Reads what a run tells, from behind the event number `after`, as `readStream` does. */
export function readEvents(id, after, listener) {
  return readStream(`${runAddress(id)}/events`, listener, after);
}

/**
 * Reads events until the server ends the stream; `begin()` is called once it answers, `hear` gets {id, kind, fields}.
 * Rejects with Problem or Unreachable; a stream that is silent for longer than its ping is broken off as unreachable.
 */
export async function readStream(address, { begin, hear, signal }, after = 0) {
  const alarm = new Alarm(SILENCE_MS);
  const headers = { Accept: "text/event-stream", "Last-Event-ID": String(after) };
  try {
    const response = await send(address, undefined, "GET", {
      headers,
      signal: AbortSignal.any([signal, alarm.signal]),
    });
    begin();
    const lines = new EventLines(hear);
    for await (const part of partsOf(response)) {
      alarm.postpone();
      lines.push(part);
    }
  } finally {
    alarm.cancel();
  }
}

/** The text of an answer as it comes; of none (204) nothing. */
async function* partsOf({ body }) {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader.read()) yield part.value;
  } catch (error) {
    throw new Unreachable(error.message);
  } finally {
    await reader?.cancel().catch(() => null);
  }
}

/** The address of a page of this app, its path and query, as a QR code. */
export function codeAddress(path) {
  return `/api/qr?${new URLSearchParams({ path })}`;
}

export function sampleAddress(name) {
  return `/api/samples/${encodeURIComponent(name)}`;
}

function runAddress(id) {
  return `${RUNS}/${encodeURIComponent(id)}`;
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
    if (value instanceof Blob) body.append(name, value, "image");
    else if (value !== null && value !== undefined)
      body.append(name, typeof value === "object" ? JSON.stringify(value) : value);
  }
  if (source.sample) body.append("sample", source.sample);
  if (source.file) body.append("image", source.file, "image");
  return body;
}

/** The JSON of an address. */
export async function json(address) {
  return (await send(address)).json();
}

/** Sends an object as JSON, and gives the answer's. */
export async function post(address, fields, method = "POST", more = {}) {
  const headers = { "Content-Type": "application/json", ...more };
  return (await send(address, JSON.stringify(fields), method, { headers })).json();
}

/** The answer, not yet read. Rejects with Problem or Unreachable. */
export async function send(address, body, method = body ? "POST" : "GET", { headers = {}, signal } = {}) {
  const request = { method, body, signal, headers: { "Accept-Language": language, ...headers } };
  const response = await fetch(address, request).catch((error) => {
    throw new Unreachable(error.message);
  });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ title: response.statusText, status: response.status }));
  throw new Problem(problem, Number(response.headers.get("Retry-After")) || null);
}
