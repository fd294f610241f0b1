// How long the weights of each unit are at the moment that is shown, with max-norm's limit where it is set.

import "./norm-strips.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { emptySentence, momentOf, momentTitle, momentsOf } from "./moment.js";

const BEFORE = _("How long the weights of each unit are, layer by layer, will be drawn here while the network learns.");
const ROOM = 1.04; // beyond the longest
const $ = (selector) => document.querySelector(selector);

export function connectNorms(page) {
  const ends = new Ends();
  const refresh = () => {
    const snapshot = momentOf(page);
    const layers = (snapshot?.norms ?? []).filter(({ norms }) => norms.length > 0);
    $("#norms-card").hidden = Boolean(snapshot) && layers.length === 0;
    $("#norms-empty").hidden = layers.length > 0;
    $("#norms-note").hidden = layers.length === 0;
    $("#norms").hidden = layers.length === 0;
    $("#norms-fact").textContent = snapshot ? momentTitle(page, snapshot) : "";
    if (layers.length === 0) $("#norms-empty").textContent = emptySentence(page, BEFORE);
    else show(page, layers, ends);
  };
  return { refresh };
}

function show(page, layers, ends) {
  $("#norms").show(layers.map((layer) => ({ ...layer, end: ends.of(page, layer) })));
  $("#norms-note").textContent = note(layers[0].limit, layers);
}

/** The ends of the scales: one for all moments, so that what grows is seen to grow. */
class Ends {
  #longest = new Map(); // of each run and layer, by how many moments were looked at

  of(page, { layer, limit }) {
    const key = `${page.state.run} ${layer}`;
    const moments = momentsOf(page);
    const { seen = 0, length = limit ?? 1e-6 } = this.#longest.get(key) ?? {};
    const norms = moments
      .slice(seen)
      .flatMap((moment) => moment.norms.find((other) => other.layer === layer)?.norms ?? []);
    const longest = norms.reduce((most, one) => Math.max(most, one), length);
    this.#longest.set(key, { seen: moments.length, length: longest });
    return ROOM * longest;
  }
}

function note(limit, layers) {
  if (limit === null)
    return _("The length of each unit's incoming weights. Max-norm is off: nothing keeps them short.");
  const held = layers.flatMap(({ norms }) => norms).filter((length) => length >= limit * 0.999).length;
  return _(
    "The length of each unit's incoming weights. Max-norm lets none grow longer than %(limit)s; it holds %(count)s of them there now.",
    { limit: number(limit), count: number(held) },
  );
}
