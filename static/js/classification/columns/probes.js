// What each layer alone would answer for the photo, by its linear probe, on the heads of the columns: "simple first,
// complex later", measured.

import { askProbes } from "../../api.js";
import { classTitle } from "../../shared/layers.js";
import { known } from "../../shared/class-bars.js";
import { percent } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { part } from "../../rooms/part.js";

const $ = (selector) => document.querySelector(selector);

export function connectProbes(page) {
  return part(page, {
    show: () => ($("#probes-note").hidden = !page.probes),
    question: () => (page.maps && page.model.probes ? { key: page.pictureKey } : null),
    answer: async ({ key }, isNewest) => {
      const { layers } = await askProbes(page.model.name, page.source, page.pictureFields);
      if (!isNewest()) return;
      page.probes = { key, named: new Map(layers.map((layer) => [layer.layer, layer])) };
      page.change({});
    },
  });
}

/** Of a layer: {label, sure, share, sentence}, its answer and how often its probe is right; null where it has none. */
export function probeOf({ probes }, layer, title) {
  const probe = probes?.named.get(layer);
  const [best] = known(probe?.predictions ?? []);
  if (!best) return null;
  const [label, sure] = [classTitle(best.label), percent(best.probability)];
  return {
    label,
    sure,
    share: probe.accuracy,
    sentence: _("From %(layer)s alone a linear probe reads %(label)s (%(sure)s); its test accuracy is %(share)s.", {
      layer: title,
      label,
      sure,
      share: percent(probe.accuracy),
    }),
  };
}
