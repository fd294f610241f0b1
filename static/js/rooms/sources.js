// Where pictures come from in every room: upload, drop, paste, the camera, the drawing board, the samples. What comes
// and is no picture is answered.

import { sampleAddress } from "../api.js";
import "../shared/camera-shot.js";
import "../shared/drawing-board.js";
import { h } from "../shared/dom.js";
import { _ } from "../shared/i18n.js";
import { isTold, tell, tellAside } from "./notice.js";
import { forgetPhoto, ownPhoto, remember } from "./photo.js";
import { contentsOf, isTextField } from "./transfers.js";

const $ = (selector) => document.querySelector(selector);

const ADDRESS = _(
  "Only an address came, and nothing is fetched from the web here. Copy the picture itself (“Copy image”) and paste it, or save it and drop the file.",
);
const TEXT = _("That is a text. Drop or paste a picture here.");
const FOLDER = _("That is a folder. Open it and drop a picture out of it.");
const NOTHING = _("Nothing in it can be read here. Drop or paste a picture.");
const FIELD = _(
  "There is a picture on the clipboard, and the cursor is in a field for text. Click beside it and paste again.",
);

/**
 * Calls `accept` with {file, isDrawn} or {sample} whenever the visitor gives a picture; what it could read (it resolves
 * to true) is the picture of all rooms from then on. A room that also reads texts is asked first: `read(contents,
 * target)` says whether it took them; `textHint` says what else it takes.
 */
export function connectPictures(samples, accept, { read = () => false, textHint = TEXT } = {}) {
  const take = async (source) => {
    if (!(await accept(source))) return;
    await remember(source);
    await offerOwn();
  };
  const takeFile = (file) => file && take({ file });
  const words = { read, textHint };
  if ($("#gallery")) fillGallery(samples, take);
  $("#upload").addEventListener("change", ({ target }) => {
    takeFile(target.files[0]);
    target.value = "";
  });
  connectDrop(take, words);
  addEventListener("paste", (event) => takePaste(event, take, words));
  $("#draw")?.addEventListener("click", () => $("#drawing").showModal());
  $("#drawing").addEventListener("drawn", ({ detail }) => detail && take({ file: detail, isDrawn: true }));
  $("#camera")?.addEventListener("click", () => {
    $("#photo").showModal();
    $("camera-shot").start();
  });
  $("#photo").addEventListener("shot", ({ detail }) => takeFile(detail));
  for (const menu of document.querySelectorAll("details.menu")) closeOutside(menu);
  connectOwn(accept);
}

/** One's own photo, kept in another room or before a sample was looked at, is a click away; another one forgets it. */
function connectOwn(accept) {
  $("#own")?.addEventListener("click", async () => {
    const photo = await ownPhoto();
    if (photo && (await accept(photo))) await remember(photo);
  });
  $("#forget")?.addEventListener("click", async () => {
    await forgetPhoto();
    await offerOwn();
  });
  offerOwn();
}

async function offerOwn() {
  const isKept = Boolean(await ownPhoto());
  for (const button of document.querySelectorAll("#own, #forget")) button.hidden = !isKept;
}

function fillGallery(samples, take) {
  const choose = (sample) => {
    $("#samples").removeAttribute("open");
    take({ sample });
  };
  const item = ({ name, title }) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", "data-sample": name, onclick: () => choose(name) },
        h("img", { src: sampleAddress(name), alt: "", loading: "lazy", draggable: "false" }),
        h("span", {}, title),
      ),
    );
  $("#gallery").replaceChildren(...samples.map(item));
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

function connectDrop(take, words) {
  const over = (on) => $("#drop").classList.toggle("is-over", on);
  addEventListener("dragover", (event) => {
    if (isForField(event)) return;
    event.preventDefault();
    over(true);
  });
  addEventListener("dragleave", (event) => event.relatedTarget || over(false));
  addEventListener("drop", (event) => {
    over(false);
    if (isForField(event)) return;
    event.preventDefault();
    const contents = contentsOf(event.dataTransfer);
    if (!words.read(contents, event.target)) takeContents(contents, take, words);
  });
}

/** A text that is dragged to a field goes into it. */
function isForField({ target, dataTransfer }) {
  return isTextField(target) && !dataTransfer.types.includes("Files");
}

/** A paste goes to the field that has the focus; it never replaces the picture while somebody types. */
function takePaste(event, take, words) {
  const contents = contentsOf(event.clipboardData);
  if (words.read(contents, event.target)) return event.preventDefault();
  if (!isTextField(event.target)) return takeContents(contents, take, words);
  return contents.picture && !contents.text ? tellAside(FIELD) : undefined;
}

async function takeContents(contents, take, { textHint }) {
  const { picture, files, hasFolder, text, address } = contents;
  if (!picture) return tellAside(hasFolder ? FOLDER : address ? ADDRESS : text.trim() ? textHint : NOTHING);
  if (text.trim() && !address) return offer(picture, take);
  await take({ file: picture });
  if (files.length > 1 && !isTold())
    tell(_("%(count)s files came; the first picture among them was taken.", { count: files.length }));
  return undefined;
}

/** Spreadsheets and word processors put a picture of the text beside the text: nobody asked for that one. */
function offer(picture, take) {
  const use = () => {
    tell(null);
    take({ file: picture });
  };
  const link = h("button", { class: "linklike", type: "button", onclick: use }, _("Use that picture"));
  tellAside({
    problem: true,
    message: _("A text came, with a picture of it, as spreadsheets and word processors copy one. Your picture stays."),
    link,
  });
}
