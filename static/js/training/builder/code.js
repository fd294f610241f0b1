// The network as PyTorch and Keras code to copy, and a pasted one as a network.

import { Problem, Unreachable, checkNetwork } from "../../api.js";
import "../../shared/code-panel.js";
import { _ } from "../../shared/i18n.js";
import { sentenceOf } from "../../rooms/notice.js";

const $ = (selector) => document.querySelector(selector);

export function connectCode(page, builder) {
  $("#as-code").addEventListener("click", () => open(page));
  $("#read-text").addEventListener("click", () => take(page, builder));
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
    const { network } = await checkNetwork({ text, input: page.state.network.input });
    builder.become({ network: builder.fitted(network), said: _("The network is the pasted one now.") });
    $("#network-code").close();
  });
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
