// A dialog that looks closely at something has the time with it: the scrubber of the page lies behind it.

import { h } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { momentOf, momentTitle, momentsOf, showMoment } from "./moment.js";

/** Fills the dialog's `.closer-time` with a slider over the snapshots and lets its close button close it. */
export function connectCloserTime(page, dialog) {
  const range = h("input", { type: "range", min: 0, "aria-label": _("Moment of the training") });
  const label = h("span", { class: "fact" });
  dialog.querySelector(".closer-time").append(h("span", { class: "fact" }, _("random start")), range, label);
  range.addEventListener("input", () => showMoment(page.onStage, Number(range.value)));
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  return {
    refresh() {
      const moments = momentsOf(page.onStage);
      const snapshot = momentOf(page.onStage);
      Object.assign(range, { max: moments.length - 1, value: moments.indexOf(snapshot), disabled: moments.length < 2 });
      label.textContent = snapshot ? momentTitle(page.onStage, snapshot) : "";
      range.setAttribute("aria-valuetext", label.textContent);
    },
  };
}
