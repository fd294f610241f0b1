// How long the weights of each unit are at the moment that is shown, with max-norm's limit where it is set.

import "../../components/norm-strips.js";
import { number } from "../../lib/format.js";
import { _ } from "../../lib/i18n.js";
import { momentOf, momentTitle, momentsOf } from "./moment.js";

const ROOM = 1.04; // beyond the longest
const $ = (selector) => document.querySelector(selector);

export function connectNorms(page) {
  const refresh = () => {
    const snapshot = momentOf(page);
    const layers = (snapshot?.norms ?? []).filter(({ norms }) => norms.length > 0);
    $("#norms-card").hidden = Boolean(snapshot) && layers.length === 0;
    $("#norms-empty").hidden = layers.length > 0;
    $("#norms-note").hidden = layers.length === 0;
    $("#norms").hidden = layers.length === 0;
    $("#norms-fact").textContent = snapshot ? momentTitle(page, snapshot) : "";
    if (layers.length === 0) return;
    $("#norms").show(layers.map((layer) => ({ ...layer, end: endOf(page, layer) })));
    $("#norms-note").textContent = note(layers[0].limit, layers);
  };
  return { refresh };
}

/** One scale for all moments, so that what grows is seen to grow. */
function endOf(page, { layer, limit }) {
  const all = momentsOf(page).flatMap(({ norms }) => norms.find((other) => other.layer === layer)?.norms ?? []);
  return ROOM * all.reduce((most, length) => Math.max(most, length), limit ?? 1e-6);
}

function note(limit, layers) {
  if (limit === null) return _("The length of each unit's incoming weights. Max-norm is off: nothing keeps them short.");
  const held = layers.flatMap(({ norms }) => norms).filter((length) => length >= limit * 0.999).length;
  return _("The length of each unit's incoming weights. Max-norm lets none grow longer than %(limit)s; it holds %(count)s of them there now.", { limit: number(limit), count: number(held) });
}
