// The photo and what the network sees of it, with the receptive field of the unit on both.

import "../../shared/picture-view.js";
import { SEEN } from "../../shared/address.js";
import { toRgba } from "../../shared/display.js";
import { paint } from "../../shared/dom.js";
import { size } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { keep } from "../../shared/keep.js";
import { framingFor, middleOf, onPhoto, onPicture } from "../../shared/framing.js";
import { fileOf } from "../../shared/pixels.js";

const $ = (selector) => document.querySelector(selector);

const [FIELD_SIDE, EDGE] = [256, 6]; // of the small picture, in its own pixels
const [THIN, THICK] = [4, 12]; // digits were written with a pen, photographs were not

export function connectPhoto(page) {
  let shown = [];
  for (const view of ["#shot", "#seen"]) {
    $(view).addEventListener("move", ({ detail }) =>
      page.moveTo((page.state.x ?? 0) + detail.x, (page.state.y ?? 0) + detail.y),
    );
  }
  $("#offer").addEventListener("click", () => page.offerPhoto());
  const refresh = () => {
    $("#offer").hidden = !page.source.shows;
    const key = [page.photo, page.model];
    if (key.some((part, index) => part !== shown[index])) showPhoto(page);
    shown = key;
  };
  return { refresh, isLive: true, isFollowing: true };
}

function showPhoto({ photo, model, origin }) {
  $("#shot").show(photo, toRgba(photo, "clip"));
  $("#photo-fact").textContent = size(origin.width ?? photo.width, origin.height ?? photo.height);
  const [channels, height, width] = model.input;
  $("#seen-fact").textContent = size(width, height);
  showNote(photo, model, null);
  $("#digit-note").hidden = !framingFor(model);
  $("drawing-board").pencil = channels === 1 ? THICK : THIN;
}

/** How the photo became what the network sees; `frame` is null until an answer tells it. */
function showNote(photo, { input: [channels, height, width] }, frame) {
  $("#seen-note").textContent =
    frame?.framing === "drawing"
      ? _("Your drawing, cut out and placed like the digits it learned from: %(size)s pixels, white on black.", {
          size: size(width, height),
        })
      : seenSentence(photo, { width, height, channels });
}

/** Of a picture that is seen as it is. */
function seenSentence(photo, { width, height, channels }) {
  const isSquare = photo.width === photo.height;
  const cut = isSquare
    ? _("The whole photo, reduced to %(size)s pixels.", { size: size(width, height) })
    : _("The square in the middle, reduced to %(size)s pixels.", { size: size(width, height) });
  const gray = channels === 1 ? ` ${_("Colors become grays.")}` : "";
  const isReduced = Math.min(photo.width, photo.height) > width;
  const lost = isReduced ? ` ${_("Details thinner than one of these pixels are gone.")}` : "";
  return `${cut}${gray}${lost}`;
}

/** Shows the picture that the network was really given: its pixels, and the address that they were read from. */
export function showSeen(page, pixels, address) {
  page.seen = pixels;
  keep(fileOf(address), SEEN); // for the convolution page
  $("#seen").show(pixels, pixels.data);
  drawNear($("#near"), pixels, null);
  showNote(page.photo, page.model, page.answer.frame);
  markField(page);
}

/** Outlines the receptive field of the unit on the seen picture and on the photo. */
export function markField(page, field = page.explained?.receptive_field) {
  if (!field || !page.seen) return;
  const seen = { width: page.seen.width, height: page.seen.height };
  $("#seen").mark(cellsOf(field));
  drawNear($("#near"), page.seen, field);
  const box = onPhoto(shifted(field, page.state.change), page.photo, seen, frameOf(page));
  $("#shot").mark({ ...cellsOf(box), turn: turnOf(page) });
}

/** The same small, for phones, where the photo stays above the layers. */
function drawNear(canvas, { width, height, data }, field) {
  const scale = Math.round(FIELD_SIDE / width);
  Object.assign(canvas, { width: width * scale, height: height * scale });
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(
    paint(document.createElement("canvas"), { width, height }, data),
    0,
    0,
    canvas.width,
    canvas.height,
  );
  if (!field) return;
  const [left, top, right, bottom] = [field.x, field.y, field.x + field.width, field.y + field.height].map((end) =>
    Math.max(EDGE, Math.min(canvas.width - EDGE, end * scale)),
  );
  for (const [color, lineWidth] of [
    ["white", 2 * EDGE],
    [getComputedStyle(canvas).color, EDGE],
  ]) {
    Object.assign(context, { strokeStyle: color, lineWidth });
    context.strokeRect(left, top, right - left, bottom - top);
  }
}

/** What was turned one way on its way to the network is found on the photo by turning back. */
function turnOf(page) {
  const { angle = 0 } = page.state.change;
  const { x, y, width, height } = onPicture(frameOf(page), page.photo);
  return angle ? `rotate(${angle} ${x + width / 2} ${y + height / 2})` : null;
}

function frameOf({ answer, photo }) {
  return answer?.frame ?? middleOf(photo);
}

function shifted(field, { dx = 0, dy = 0 }) {
  return { ...field, x: field.x - dx, y: field.y - dy };
}

function cellsOf({ x, y, width, height }) {
  return { rows: [y, y + height - 1], columns: [x, x + width - 1] };
}
