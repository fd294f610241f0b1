// Where pictures come from in every room: upload, drop, paste, the camera, the drawing board, the samples.

import { sampleAddress } from "../api.js";
import "../shared/camera-shot.js";
import "../shared/drawing-board.js";
import { h } from "../shared/dom.js";

const $ = (selector) => document.querySelector(selector);

/** Calls `take` with {file} or {sample} whenever the visitor gives a picture. */
export function connectPictures(samples, take) {
  const takeFile = (file) => file && take({ file });
  fillGallery(samples, take);
  $("#upload").addEventListener("change", ({ target }) => {
    takeFile(target.files[0]);
    target.value = "";
  });
  connectDrop(takeFile);
  addEventListener("paste", (event) => takeFile(pictureIn(event.clipboardData)));
  $("#draw").addEventListener("click", () => $("#drawing").showModal());
  $("#drawing").addEventListener("drawn", ({ detail }) => takeFile(detail));
  $("#camera").addEventListener("click", () => {
    $("#photo").showModal();
    $("camera-shot").start();
  });
  $("#photo").addEventListener("shot", ({ detail }) => takeFile(detail));
  for (const menu of document.querySelectorAll("details.menu")) closeOutside(menu);
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
        h("img", { src: sampleAddress(name), alt: "", loading: "lazy" }),
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

function connectDrop(takeFile) {
  const over = (on) => $("#drop").classList.toggle("is-over", on);
  addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  addEventListener("dragleave", (event) => event.relatedTarget || over(false));
  addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    takeFile(pictureIn(event.dataTransfer));
  });
}

function pictureIn(transfer) {
  return [...(transfer?.files ?? [])][0] ?? null;
}
