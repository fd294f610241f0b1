// Links to the open run as a program, as weights and as ONNX, as soon as it has weights.

import { modelFileAddress, programAddress } from "../../api.js";

const $ = (selector) => document.querySelector(selector);

export function connectHome(page) {
  return { refresh: () => show(page) };
}

function show({ run, feed }) {
  const hasWeights = Boolean(run && (run.model || feed?.snapshots.length));
  $("#home-card").hidden = !hasWeights;
  if (!hasWeights) return;
  for (const row of document.querySelectorAll("#home-card [data-library]"))
    for (const link of row.children)
      link.href = programAddress(run.id, { library: row.dataset.library, form: link.dataset.form });
  $("#home-weights").href = modelFileAddress(`run-${run.id}`, "weights");
  $("#home-onnx").href = modelFileAddress(`run-${run.id}`, "onnx");
  const { optimizer, ema, whiten } = run.training;
  const isOnlyPytorchs = optimizer === "muon" || ema > 0 || whiten > 0;
  $("#home-note").hidden = !isOnlyPytorchs;
  for (const link of $("#home-card [data-library=keras]").children) link.hidden = isOnlyPytorchs;
}
