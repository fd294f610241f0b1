// What is known of a network, in a sentence and in full.

import { h } from "../shared/dom.js";
import { fixed, number, percentFine } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { classTitle, datasetTitle } from "../shared/layers.js";

const KINDS = {
  noise: () => _("noise"),
  textures: () => _("textures"),
  digits: () => _("digits"),
  drawings: () => _("drawings"),
  photographs: () => _("photographs"),
  collages: () => _("collages"),
  mixtures: () => _("mixtures of two"),
  zooms: () => _("close-ups"),
  jigsaws: () => _("jigsaws"),
  blurs: () => _("blurs"),
};

/** "10 classes, from 32 × 32 pixels. 84.1 % test accuracy." */
export function sentenceOf({ classes, input, accuracy: measured, reported }) {
  const facts = { count: number(classes.length), size: input.slice(-2).join(" × ") };
  const share = measured ?? reported?.accuracy;
  if (share === null || share === undefined) return _("%(count)s classes, from %(size)s pixels.", facts);
  return _("%(count)s classes, from %(size)s pixels. %(share)s test accuracy.", {
    ...facts,
    share: percentFine(share),
  });
}

/** The whole card, as elements. */
export function factsOf(card) {
  const facts = [
    [_("accuracy"), accuracy(card)],
    [_("by class"), byClass(card)],
    [_("confidence"), confidence(card)],
    [_("unfamiliar pictures"), strangers(card)],
    [_("parameters"), number(card.parameters)],
    [_("data"), datasetTitle(card.dataset)],
    [_("input"), card.input.slice(-2).join(" × ")],
  ];
  const rows = facts.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
  const sentences = [
    told(_("Not for:"), card.not_for),
    told(_("Its data:"), card.biases?.join(" ")),
    told(_("From:"), source(card)),
  ];
  return [h("dl", {}, rows), ...sentences.filter(Boolean)];
}

const told = (title, sentence) =>
  sentence ? h("p", { class: "not-for small" }, h("b", {}, title), " ", sentence) : null;

/** "EfficientNet-Lite0, Mingxing Tan and others, Apache-2.0": of a network that was trained elsewhere. */
const source = ({ source: from }) => from && [from.title, from.authors, from.license].join(", ");

/**
 * "77.9 % (77.1 to 78.7 %)": the share of right answers on test images, and its 95 % interval; of a network that was
 * trained elsewhere what is said there.
 */
function accuracy({ accuracy: share, accuracy_interval: interval, test_images: count, reported }) {
  if (reported)
    return _("%(share)s of %(count)s validation images, say its authors; not measured here", {
      share: percentFine(reported.accuracy),
      count: number(reported.images),
    });
  if (share === null || share === undefined) return "";
  const range = interval && _("%(low)s to %(high)s", { low: percentFine(interval[0]), high: percentFine(interval[1]) });
  const images = count && _("%(count)s test images", { count: number(count) });
  return `${percentFine(share)}${range ? ` (${range})` : ""}${images ? `, ${images}` : ""}`;
}

/** "cat 60.6 % to automobile 90.2 %": the classes it knows worst and best. */
function byClass({ per_class: shares }) {
  const sorted = Object.entries(shares ?? {}).sort(([, one], [, other]) => one - other);
  if (sorted.length < 2) return "";
  const [[worst, low], [best, high]] = [sorted.at(0), sorted.at(-1)];
  return _("from %(low)s (%(worst)s) to %(high)s (%(best)s)", {
    low: percentFine(low),
    worst: classTitle(worst),
    high: percentFine(high),
    best: classTitle(best),
  });
}

/**
 * The expected calibration error after temperature scaling: how far the percentages are from the share of right
 * answers.
 */
function confidence({ calibration }) {
  const error = calibration?.after;
  return Number.isFinite(error) ? _("off by %(points)s points on average", { points: number(error * 100, 1) }) : "";
}

/** How well familiarity tells pictures of other kinds from test pictures: the area under the ROC curve. */
function strangers({ familiarity }) {
  const figures = Object.entries(familiarity?.auroc ?? {}).map(
    ([kind, area]) => `${KINDS[kind]?.() ?? kind} ${fixed(area, 3)}`,
  );
  return figures.length
    ? _("separated from its own kind (AUROC, 1 = always): %(figures)s", { figures: figures.join(" · ") })
    : "";
}
