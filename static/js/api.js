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

export function sampleAddress(name) {
  return `/api/samples/${encodeURIComponent(name)}`;
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
