// A second photo beside the first: which one it is, what the network says of both, and the way to it and back.

import { classify, readPicture, sampleAddress } from "../../api.js";
import { OWN } from "../../shared/address.js";
import { toRgba } from "../../shared/display.js";
import { h, paint } from "../../shared/dom.js";
import { _ } from "../../shared/i18n.js";
import { keep, kept } from "../../shared/keep.js";
import { part } from "../../rooms/part.js";

const SIDE = 112;
const KEPT = "other"; // under which this browser keeps a second photo of one's own
const $ = (selector) => document.querySelector(selector);
const ALONE = { other: null, open: null, whole: null };

export function connectPair(page) {
  const compare = (source) => {
    $("#pair-menu").removeAttribute("open");
    page.other = source;
    page.others += 1;
    keep(source.file ?? null, KEPT);
    page.change({ ...ALONE, other: source.sample ?? OWN, layer: null, channel: null, x: null, y: null, source: null });
  };
  fillMenu(page.samples, compare);
  $("#pair-end").addEventListener("click", () => page.change(ALONE));
  return part(page, {
    show: () => showPair(page),
    question: () => page.other && page.state.other && { key: pairKey(page) },
    answer: async (_key, isNewest) => {
      const { model, other, pictureFields } = page;
      const [{ levels }, { verdict }] = await Promise.all([
        readPicture(other, SIDE, "rgb"),
        classify(model.name, other, pictureFields),
      ]);
      if (!isNewest()) return;
      draw($("#pair-second"), levels);
      $("#pair-second-said").textContent = verdict?.sentence ?? "";
    },
  });
}

/** What the network, both photos and what is done to them depend on, as text. */
export function pairKey({ pictureKey, state, others }) {
  return JSON.stringify([pictureKey, state.other, others]);
}

/** The fields by which a request names the second photo; null where there is none. */
export function otherFields({ state, other }) {
  if (!state.other || !other) return null;
  return other.sample ? { other_sample: other.sample } : { other_image: other.file };
}

/** The second photo that an address names: a sample, or one's own if this browser has kept it. */
export async function otherOf(page) {
  const { other: name } = page.state;
  const file = name === OWN && (await kept(KEPT));
  if (file) return { file };
  return page.samples.some((sample) => sample.name === name) ? { sample: name } : null;
}

function fillMenu(samples, compare) {
  $("#pair-upload").addEventListener("change", ({ target }) => {
    if (target.files[0]) compare({ file: target.files[0] });
    target.value = "";
  });
  const picture = (name) => h("img", { src: sampleAddress(name), alt: "", loading: "lazy", draggable: "false" });
  const item = ({ name, title }) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", "data-sample": name, onclick: () => compare({ sample: name }) },
        picture(name),
        h("span", {}, title),
      ),
    );
  $("#pair-gallery").replaceChildren(...samples.map(item));
}

function showPair({ state, other, photo, answer }) {
  const isPair = Boolean(state.other && other);
  $("#pair").hidden = !isPair;
  $("#pair-menu").hidden = isPair;
  if (!isPair) return;
  draw($("#pair-first"), photo);
  $("#pair-first-said").textContent = answer?.verdict?.sentence ?? "";
  $("#pair-note").hidden = ![state.sample, state.other].includes(OWN);
}

function draw(canvas, picture) {
  paint(canvas, picture, toRgba(picture, "clip"));
}
