// The visitor's photo: what the network sees of it, and what it thinks it is at the moment that is shown.

import { classify, readPicture, watchedAddress } from "../../api.js";
import { known } from "../../shared/class-bars.js";
import "../../shared/class-watch.js";
import { SEEN, linkTo } from "../../shared/address.js";
import { pixelChecksum } from "./checksum.js";
import { toRgba } from "../../shared/display.js";
import { paint } from "../../shared/dom.js";
import { number, percent, size } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { keep } from "../../shared/keep.js";
import { Latest } from "../../shared/latest.js";
import { classTitle } from "../../shared/layers.js";
import { centerSquare } from "../../shared/framing.js";
import { fileOf, readPixels } from "../../shared/pixels.js";
import { connectPictures } from "../../rooms/sources.js";
import { emptySentence, isLost, isNow, momentOf, momentTitle, photoKey, photoMoments } from "./moment.js";

const PHOTO_SIDE = 256;
const [THIN, THICK] = [4, 12]; // digits were written with a pen, photographs were not
const NOTHING = ""; // to ask: an answer that is still on its way belongs to what was shown before
const $ = (selector) => document.querySelector(selector);

export function connectPhoto(page) {
  const view = { answer: null, bars: null, shown: null, isGray: null, recorded: null, isLost: false, losses: 0 };
  const latest = new Latest(
    (key, isNewest) => key && page.attempt(() => look(page, view, JSON.parse(key), isNewest), latest),
  );
  connectPictures(page.samples, (source) => page.take(source));
  $("#photo-ask").addEventListener("click", () => page.attempt(() => ask(page, view)));
  const refresh = () => {
    if (page.onStage.isRecorded) {
      latest.ask(NOTHING);
      return showRecorded(page.onStage, view);
    }
    if (view.recorded) view.bars = page.seen = null; // what was seen was the recorded one's
    view.recorded = null;
    const shown = `${photoKey(page.source)} ${page.run?.id}`;
    if (view.shown !== shown) $("#photo-answer").textContent = "";
    view.shown = shown;
    if (isLost(page) && !view.isLost) view.losses += 1;
    view.isLost = isLost(page);
    const key = [
      photoKey(page.source),
      page.run?.id ?? null,
      page.run?.model ?? null,
      page.run ? page.run.network.input : page.state.network.input,
      unseen(page),
      view.losses,
    ];
    if (page.stands && !view.isLost) latest.ask(JSON.stringify(key)); // what failed meanwhile is asked again
    showBars(page, view);
    showLinks(page);
    showHint(page, view);
    return undefined;
  };
  return { refresh };
}

/** The picture that the recorded run was asked about. */
async function showRecorded(recording, view) {
  const snapshot = momentOf(recording);
  const predictions = snapshot?.predictions ?? [];
  $("#watched-title").textContent = _("A drawing, recorded");
  $("#photo-fact").textContent = snapshot ? momentTitle(recording, snapshot) : "";
  $("#photo-note").textContent = $("#photo-size").textContent = "";
  $("#photo-bars").hidden = predictions.length === 0;
  showSaid(recording, predictions);
  const { run, source } = recording;
  if (predictions.length) $("#photo-bars").show(predictions, { order: run.classes, truth: source.truth });
  const { image } = recording;
  if (view.recorded === image) return;
  view.recorded = image;
  const pixels = await readPixels(image);
  if (view.recorded === image) paint($("#photo-seen"), pixels, pixels.data).classList.add("pixels");
}

/**
 * Where snapshots tell no opinion of the photo, the newest checkpoint is asked again after each epoch: how many there
 * were.
 */
function unseen(page) {
  const moment = photoMoments(page).get();
  return isNow(page) && moment && !moment.predictions?.length ? page.feed.epochs.length : 0;
}

/** Shows the photo; once there is a network to ask, what that sees of it. */
async function look(page, view, [photo, run, model, input], isNewest) {
  if (page.seen?.key !== photo || page.seen.run !== run) await showPhoto(page, input, isNewest);
  if (!isNewest()) return;
  if (model) await answer(page, view, isNewest);
  else if (isSurelyWatched(page)) await showSeen(page, photo, watchedAddress(run), isNewest);
}

/** The square in the middle, as sharp as it is. */
async function showPhoto(page, input, isNewest) {
  const { levels } = page.source.read ?? (await readPicture(page.source, PHOTO_SIDE, "rgb"));
  if (!isNewest()) return;
  const { x, y, side } = centerSquare(levels);
  const whole = paint(document.createElement("canvas"), levels, toRgba(levels, "clip"));
  const canvas = Object.assign($("#photo-seen"), { width: side, height: side });
  canvas.getContext("2d").drawImage(whole, x, y, side, side, 0, 0, side, side);
  canvas.classList.remove("pixels");
  $("#photo-size").textContent = _("the network sees %(size)s pixels", { size: size(input[2], input[1]) });
}

/** Before there is a network to ask, the run itself tells what it watches. */
function isSurelyWatched({ run, source }) {
  return run && (source.sample ? source.sample === run.sample : run.mine);
}

/**
 * Asks the newest checkpoint, and shows the picture that it was really given; null if another is looked at meanwhile.
 */
async function answer(page, view, isNewest = () => true) {
  const [{ run, source }, photo] = [page, photoKey(page.source)];
  const found = await classify(run.model, source, { framing: page.framingOf(run) });
  if (photo !== photoKey(page.source) || page.run?.id !== run.id) return null;
  view.answer = { run: run.id, photo, ...found };
  await showSeen(page, photo, found.seen, isNewest);
  return found;
}

async function showSeen(page, key, address, isNewest) {
  const { run } = page;
  const pixels = await readPixels(address);
  if (!isNewest() || key !== photoKey(page.source) || page.run?.id !== run.id) return;
  paint($("#photo-seen"), pixels, pixels.data).classList.add("pixels");
  $("#photo-size").textContent = _("as it sees it: %(size)s pixels", { size: size(pixels.width, pixels.height) });
  page.seen = {
    key,
    run: run.id,
    checksum: pixelChecksum(pixels, run.network.input[0]),
    width: pixels.width,
    height: pixels.height,
    data: pixels.data,
  };
  if (address.startsWith("data:")) keep(fileOf(address), SEEN); // for the convolution page
  page.show();
}

/** What the visitor asked for is also said. */
async function ask(page, view) {
  const epoch = page.feed?.step?.epoch ?? page.run.epoch; // a later one may have come until it answers
  const found = await answer(page, view);
  if (!found || !page.run) return undefined;
  const [best] = known(found.predictions);
  if (!best) return ($("#photo-answer").textContent = _("Its answer became NaN (not a number)."));
  const values = {
    label: classTitle(best.label),
    share: percent(best.probability),
    time: number(found.milliseconds, 0),
    epoch: number(epoch),
  };
  const calibrated = ["finished", "stopped"].includes(page.run.state)
    ? ` ${_("Its certainty has been calibrated since, so it is not what was shown while it learned.")}`
    : "";
  return ($("#photo-answer").textContent =
    _("Asked in epoch %(epoch)s it said %(label)s, %(share)s sure, after %(time)s ms.", values) + calibrated);
}

function showBars(page, view) {
  const snapshot = momentOf(page);
  const moment = photoMoments(page).get();
  const asked =
    isNow(page) && view.answer?.run === page.run?.id && view.answer?.photo === photoKey(page.source)
      ? view.answer.predictions
      : [];
  const told = [moment?.predictions ?? [], asked];
  const predictions = told.map(known).find(({ length }) => length) ?? [];
  $("#photo-fact").textContent = snapshot ? momentTitle(page, snapshot) : "";
  $("#watched-title").textContent = titleOf(page);
  $("#photo-bars").hidden = predictions.length === 0;
  $("#photo-note").hidden = predictions.length > 0;
  $("#photo-note").textContent = predictions.length
    ? ""
    : told.some(({ length }) => length)
      ? _("Its answer became NaN (not a number).")
      : noOpinion(page, snapshot, moment);
  showSaid(page, predictions);
  if (predictions.length === 0) return;
  const key = JSON.stringify([predictions, page.source.truth]);
  if (view.bars !== key) $("#photo-bars").show(predictions, { order: orderOf(page), truth: page.source.truth });
  view.bars = key;
}

/** The classes of the run in their own order. */
function orderOf({ run, dataset }) {
  return run?.classes ?? dataset?.classes ?? null;
}

function titleOf(page) {
  if (page.source.ofItsKind && page.source.file)
    return isNow(page) ? _("One of its kind, now") : _("One of its kind, then");
  return isNow(page) ? _("Your photo, now") : _("Your photo, then");
}

/** "It is a square; it says: hexagon 99.6 %". */
function showSaid({ source: { truth }, feed }, [best]) {
  $("#photo-truth").textContent = truth
    ? _("Truth: %(label)s. The network says:", { label: classTitle(truth) })
    : feed?.snapshots.length
      ? _("The network says:")
      : "";
  $("#photo-best").textContent = best ? classTitle(best.label) : "";
  $("#photo-share").textContent = best ? percent(best.probability) : "";
}

function noOpinion(page, snapshot, moment) {
  if (!snapshot)
    return emptySentence(page, _("Press Start: what the network thinks of your photo will change as it learns."));
  if (!moment && photoMoments(page).isAsking) return _("Computing what it made of this photo …");
  if (isLost(page)) return _("It is asked again as soon as the server answers.");
  return _(
    "What it thought of this photo at that moment was not kept. Drag the time to the end to ask the current network.",
  );
}

/**
 * For a network that sees grays, such as digits, a picture is drawn with a thick pencil; what others cannot know is
 * said.
 */
function showHint({ dataset, state }, view) {
  const isGray = (state.network?.input ?? [3])[0] === 1;
  const isWritten = ["digits", "mnist"].includes(dataset?.name);
  $("#photo-hint").hidden = !dataset || (isWritten && !isGray);
  if (!isWritten)
    $("#photo-hint").textContent = dataset
      ? _("It knows %(count)s classes and nothing else: whatever it is shown, it answers one of them.", {
          count: dataset.classes.length,
        })
      : "";
  else
    $("#photo-hint").textContent = _(
      "It learns from handwritten digits: draw one, of any size, anywhere on the board.",
    );
  if (view.isGray !== isGray) $("drawing-board").pencil = isGray ? THICK : THIN;
  view.isGray = isGray;
}

function showLinks(page) {
  const { run, photoName } = page;
  $("#photo-ask").hidden = !run?.model;
  $("#photo-inside").hidden = !run?.model;
  if (run?.model)
    $("#photo-inside").href = linkTo("classification", { model: run.model, ...(photoName && { sample: photoName }) });
}
