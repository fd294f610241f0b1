// A second opinion: what another network, which knows more things, says of the same picture, when somebody asks.

import { classify } from "../api.js";
import { h } from "../shared/dom.js";
import { _ } from "../shared/i18n.js";

/** A button that gives way to the sentence; nothing where there is no such network. */
export function secondOpinion({ source }, { second_opinion: other }) {
  if (!other) return [];
  const ask = () => classify(other, source, {}).then(tell, (error) => place.replaceChildren(error.message));
  const tell = ({ verdict }) =>
    place.replaceChildren(h("strong", {}, _("“%(other)s” sees:", { other })), ` ${verdict?.sentence ?? ""}`);
  const button = h("button", { type: "button", class: "linklike", onclick: ask }, _("And “%(other)s”?", { other }));
  const place = h("p", { class: "opinion" }, button);
  return [place];
}
