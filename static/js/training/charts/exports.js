// The charts as a picture, and their numbers as a table for a spreadsheet.

import { metricsAddress } from "../../api.js";
import { resolve } from "./chart-paint.js";
import { _ } from "../../shared/i18n.js";
import { tokenOf } from "./colors.js";
import { titleOf } from "./words.js";

const FIELDS = [
  "epoch",
  "train_loss",
  "train_accuracy",
  "validation_loss",
  "validation_accuracy",
  "seconds",
  "images_per_second",
  "step",
];
const MARGIN = 20;
const HEAD = 34;
const $ = (selector) => document.querySelector(selector);

export function connectExports(page) {
  $("#export-png").addEventListener("click", async () => save(await picture(page), "training.png"));
  $("#export-csv").addEventListener("click", (event) => {
    if (page.shown.length === 1) return; // the server's own
    event.preventDefault();
    save(new Blob([table(page)], { type: "text/csv" }), "training.csv");
  });
  return { refresh: () => show(page) };
}

function show({ shown }) {
  $("#export-png").disabled = shown.length === 0;
  $("#export-csv").hidden = shown.length === 0;
  if (shown.length) $("#export-csv").href = metricsAddress(shown[0].id);
}

function save(blob, name) {
  const link = document.createElement("a");
  Object.assign(link, { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** All runs that are shown, a row for each epoch of each. */
function table({ shown, feeds }) {
  const rows = shown.flatMap((run) =>
    feeds.get(run.id).epochs.map((row) => [titleOf(run), ...FIELDS.map((field) => row[field] ?? "")]),
  );
  return [["run", ...FIELDS], ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

/** Quoted where needed; what a spreadsheet would take for a formula is kept text. */
function quoted(value) {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Both charts under each other with their titles and the runs' names, on the card's color. */
function picture({ shown }) {
  const ratio = devicePixelRatio;
  const charts = [
    [_("Loss"), $("#loss-chart")],
    [_("Accuracy"), $("#accuracy-chart")],
  ];
  const canvas = document.createElement("canvas");
  canvas.width = charts[0][1].canvas.width + 2 * MARGIN * ratio;
  canvas.height = charts.reduce(
    (height, [, chart]) => height + chart.canvas.height + HEAD * ratio,
    (2 * MARGIN + HEAD) * ratio,
  );
  const context = canvas.getContext("2d");
  context.fillStyle = resolve("--card")();
  context.fillRect(0, 0, canvas.width, canvas.height);
  let top = MARGIN * ratio;
  for (const [title, chart] of charts) {
    write(context, title, MARGIN * ratio, top, "--ink", ratio);
    context.drawImage(chart.canvas, MARGIN * ratio, top + HEAD * ratio);
    for (const { y, text } of chart.levels) {
      const at = chart.placeOf(0, y);
      const left = MARGIN + chart.field.right + 8;
      if (at) write(context, text, left * ratio, top + (HEAD + at.top - 8) * ratio, "--soft-ink", ratio);
    }
    top += chart.canvas.height + HEAD * ratio;
  }
  let left = MARGIN * ratio;
  shown.forEach(
    (run, index) =>
      (left += write(context, `— ${titleOf(run)}`, left, top + 8 * ratio, tokenOf(index), ratio) + MARGIN * ratio),
  );
  context.textAlign = "right";
  let right = canvas.width - MARGIN * ratio;
  for (const [name, token] of [
    [_("validation"), "--second"],
    [_("training"), "--accent"],
  ])
    right -= write(context, `— ${name}`, right, MARGIN * ratio, token, ratio) + MARGIN * ratio;
  return new Promise((resolved) => canvas.toBlob(resolved, "image/png"));
}

function write(context, text, x, y, token, ratio) {
  Object.assign(context, {
    fillStyle: resolve(token)(),
    font: `600 ${13 * ratio}px Inter, sans-serif`,
    textBaseline: "top",
  });
  context.fillText(text, x, y);
  return context.measureText(text).width;
}
