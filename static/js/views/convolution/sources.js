// Where pictures come from: upload, drop, paste, the camera, the drawing board, the samples.

import { download, sampleAddress } from "../../api.js";
import "../../components/camera-shot.js";
import "../../components/drawing-board.js";
import { h } from "../../lib/dom.js";
import { size } from "../../lib/format.js";
import { _ } from "../../lib/i18n.js";
import { requestFields } from "./request.js";

const CENTER = { x: null, y: null };
const $ = (selector) => document.querySelector(selector);

export function connectSources(page) {
  fillGallery(page);
  $("#upload").addEventListener("change", ({ target }) => {
    takeFile(page, target.files[0]);
    target.value = "";
  });
  connectDrop(page);
  addEventListener("paste", (event) => takeFile(page, pictureIn(event.clipboardData)));
  $("#draw").addEventListener("click", () => $("#drawing").showModal());
  $("#drawing").addEventListener("drawn", ({ detail }) => takeFile(page, detail));
  $("#camera").addEventListener("click", () => {
    $("#photo").showModal();
    $("camera-shot").start();
  });
  $("#photo").addEventListener("shot", ({ detail }) => takeFile(page, detail));
  $("#size").addEventListener("change", ({ target }) => page.take(page.source, { size: Number(target.value), ...CENTER }));
  $("#download").addEventListener("click", () => save(page, { format: "png" }));
  $("#download-full").addEventListener("click", () => save(page, { format: "png", max_side: null }));
  $("#download-npy").addEventListener("click", () => save(page, { format: "npy" }));
  return { refresh: () => offerFullSize(page) };
}

/** A picture that is worked on in a smaller copy can be had in its own size too. */
function offerFullSize({ origin, levels }) {
  const isReduced = Number(origin.width) > levels.width;
  $("#download-full").hidden = !isReduced;
  $("#download-full").textContent = _("↓ from all %(size)s", { size: size(origin.width, origin.height) });
}

function fillGallery(page) {
  const item = ({ name, title }) =>
    h("li", {}, h("button", { type: "button", "data-sample": name, onclick: () => chooseSample(page, name) }, h("img", { src: sampleAddress(name), alt: "", loading: "lazy" }), h("span", {}, title)));
  $("#gallery").replaceChildren(...page.samples.map(item));
  for (const menu of document.querySelectorAll("details.menu")) closeOutside(menu);
}

/** A menu closes on Escape and on a click elsewhere. */
function closeOutside(menu) {
  document.addEventListener("click", (event) => !menu.contains(event.target) && menu.removeAttribute("open"));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  });
}

function chooseSample(page, name) {
  $("#samples").removeAttribute("open");
  page.take({ sample: name }, CENTER);
}

function takeFile(page, file) {
  if (file) page.take({ file }, CENTER);
}

function connectDrop(page) {
  const over = (on) => $("#drop").classList.toggle("is-over", on);
  addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  addEventListener("dragleave", (event) => event.relatedTarget || over(false));
  addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    takeFile(page, pictureIn(event.dataTransfer));
  });
}

function pictureIn(transfer) {
  return [...(transfer?.files ?? [])][0] ?? null;
}

/** The result up to the open step, computed by the server. */
async function save(page, fields) {
  await page.attempt(async () => {
    const file = await download(page.source, { ...requestFields(page), ...fields });
    const link = h("a", { href: URL.createObjectURL(file), download: `convolved.${fields.format}` });
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
