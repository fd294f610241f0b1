// What a drop or a paste brings: files, a folder, a text, an address. Knows no room, and fetches nothing.

import { fileOf } from "../shared/pixels.js";

const PICTURES = /\.(?:png|jpe?g|jfif|webp|gif|bmp|tiff?|avif|hei[cf]|jp2|ico|p[bgnp]m|dng|nef|cr2|svg)$/i;
const DRAWN = "data:image/";
const ADDRESS = /^(?:https?|ftp|file|blob):\S+$/i;
const NOT_TYPED = ["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"];

/**
 * {picture, files, hasFolder, text, html, address}: `picture` is the first of the files that looks like one. What
 * stands for the picture is no text: some systems add a copied file's name.
 */
export function contentsOf(transfer) {
  const files = [...(transfer?.files ?? [])];
  const isFolder = (item) => item.kind === "file" && Boolean(item.webkitGetAsEntry?.()?.isDirectory);
  const folders = [...(transfer?.items ?? [])].filter((item) => item.kind === "file").map(isFolder);
  const loose = files.filter((_file, index) => !folders[index]);
  const [text, html, list] = ["text/plain", "text/html", "text/uri-list"].map((kind) => transfer?.getData(kind) ?? "");
  const address = list.split(/\r?\n/).find((line) => line && !line.startsWith("#")) ?? text.trim();
  return {
    picture: loose.find(looksLikePicture) ?? loose[0] ?? drawnIn(html, address),
    files,
    hasFolder: folders.includes(true),
    text: loose.some(({ name }) => name === text.trim()) || text.startsWith(DRAWN) ? "" : text,
    html,
    address: ADDRESS.test(address) ? address : "",
  };
}

function looksLikePicture({ type, name }) {
  return type.startsWith("image/") || PICTURES.test(name);
}

/** A picture that was handed over as text: thumbnails of search engines are dragged as data URLs. */
function drawnIn(html, address) {
  const found = new DOMParser().parseFromString(html, "text/html").querySelector("img")?.getAttribute("src");
  const source = [address, found].find((text) => /^data:image\/[\w.+-]+;base64,/.test(text ?? ""));
  try {
    return source ? fileOf(source) : null;
  } catch {
    return null; // no Base64 after all
  }
}

/** The cells of the only table of a text in HTML, row by row, with the numbers that a spreadsheet kept behind them. */
export function tableIn(html) {
  const tables = new DOMParser().parseFromString(html, "text/html").querySelectorAll("table");
  if (tables.length !== 1) return null;
  return [...tables[0].rows].map((row) => [...row.cells].map(cellText));
}

/** Excel (`x:num`) and LibreOffice (`sdval`) round what they show. */
function cellText(cell) {
  return cell.getAttribute("x:num") || cell.getAttribute("sdval") || cell.textContent.trim();
}

/** Whether text is typed there: a paste or a dropped text is the field's own. */
export function isTextField(target) {
  const field = target?.closest?.("input, textarea, [contenteditable]");
  return Boolean(field) && !NOT_TYPED.includes(field.type) && !field.readOnly && !field.disabled;
}
