// The network as PyTorch and Keras code to copy, and a pasted program as a network and its training's settings.

import { Problem, Unreachable, checkNetwork } from "../../api.js";
import "../../shared/code-panel.js";
import { _ } from "../../shared/i18n.js";
import { isRefitted } from "./network-edits.js";
import { TRAINING } from "./hyperparameters.js";
import { sentenceOf } from "../../rooms/notice.js";

const $ = (selector) => document.querySelector(selector);

export function connectCode(page, builder) {
  $("#as-code").addEventListener("click", () => open(page));
  $("#read-text").addEventListener("click", () => take(page, builder));
  $("#reading-close").addEventListener("click", () => ($("#reading").hidden = true));
  return { refresh: () => {} };
}

async function open(page) {
  $("#text-fault").hidden = true;
  $("#network-code").showModal();
  $("#network-programs").hidden = true;
  await asked(async () => {
    const { code } = await checkNetwork(page.state.network);
    $("#network-programs").hidden = false;
    $("#network-programs").programs = { keras: code.keras, pytorch: code.pytorch };
  });
}

async function take(page, builder) {
  const text = $("#network-text").value;
  if (!text.trim()) return $("#network-text").focus();
  await asked(async () => {
    const chosen = page.dataset ? { dataset: page.dataset.name } : { input: page.state.network.input };
    const { network, training, reading } = await checkNetwork({ text, ...chosen });
    const fitted = builder.fitted(network);
    reading.changed.unshift(...refitted(network, fitted));
    const isTrained = "optimizer" in training || "epochs" in training;
    builder.become({
      network: fitted,
      training: isTrained ? { ...TRAINING, ...training } : { ...page.state.training, ...training },
      said: isTrained
        ? _("The network and the settings of its training are the pasted ones now.")
        : _("The network is the pasted one now."),
    });
    show(reading);
    $("#network-code").close();
  });
}

/** What the chosen pictures made of the pasted network. */
function refitted(network, fitted) {
  const [before, after] = [network, fitted].map(({ input, classes }) => ({ shape: input.join("×"), classes }));
  if (before.shape === after.shape && before.classes === after.classes) return [];
  const said = _("%(before)s and %(count)s classes became %(after)s and %(classes)s, as the data set has them.", {
    before: before.shape,
    count: before.classes,
    after: after.shape,
    classes: after.classes,
  });
  return isRefitted(network, fitted)
    ? [said, _("Layers that did not fit such pictures were changed or left out.")]
    : [said];
}

/** The sentences on the reading, by what became of what was written. */
function show(reading) {
  for (const [kind, sentences] of Object.entries(reading)) {
    const part = $(`#reading [data-kind="${kind}"]`);
    part.hidden = sentences.length === 0;
    part
      .querySelector("ul")
      .replaceChildren(
        ...sentences.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })),
      );
  }
  $("#reading").hidden = Object.values(reading).every((sentences) => sentences.length === 0);
}

/** What goes wrong is told in the dialog. */
async function asked(work) {
  $("#text-fault").hidden = true;
  $("#read-text").disabled = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof Unreachable)) throw error;
    $("#text-fault").textContent = sentenceOf(error);
    $("#text-fault").hidden = false;
  } finally {
    $("#read-text").disabled = false;
  }
}
