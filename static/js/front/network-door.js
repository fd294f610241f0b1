// The second door: what a network is given of the photo, the maps that excite it most, and what it answers. It plays
// how the picture goes through. The numbers are the server's; asked once for each photo.

import { classify, readColumns } from "../api.js";
import { s, say } from "../shared/dom.js";
import { percent } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { drawSigned, readSprite } from "../shared/maps.js";
import { readPixels } from "../shared/pixels.js";

const HEIGHT = 106;
// Of each column: how many maps, how large, and where. The first is the picture itself.
const COLUMNS = [
  { count: 1, side: 106, x: 0 },
  { count: 2, side: 51, x: 122 },
  { count: 2, side: 42, x: 185 },
  { count: 3, side: 30, x: 239 },
  { count: 4, side: 20, x: 280 },
];
const LIT = 0.5; // of a column's largest value: small maps need strong colors

export class NetworkDoor {
  seconds = 4.5;
  #root;
  #model;
  #svg;
  #columns = []; // a group of maps each
  #lines = []; // between two columns
  #answer = null; // {names, probability}

  constructor(root, model) {
    [this.#root, this.#model] = [root, model];
    this.#svg = root.querySelector("svg");
  }

  get isReady() {
    return this.#answer !== null;
  }

  /** Asks the network about a photo; what it has not answered yet is not shown. */
  async put({ source }, isNewest) {
    const [answer, { columns }] = await Promise.all([
      classify(this.#model, source, {}),
      readColumns(this.#model, source, {}),
    ]);
    const maps = await Promise.all(columns.slice(1, COLUMNS.length).map(pictures));
    if (!isNewest()) return;
    this.#answer = answer;
    this.#build([[answer.seen], ...maps]);
    const { sentence } = answer.verdict;
    say(
      this.#root.querySelector("#network-told"),
      _("The network “%(model)s” says: %(sentence)s", { model: this.#model, sentence }),
    );
    this.end();
  }

  begin() {
    this.draw(0);
  }

  /** Column by column, and then the answer. */
  draw(seconds) {
    const done = (seconds / this.seconds) * (this.#columns.length + 1);
    this.#columns.forEach((column, index) => column.setAttribute("opacity", share(done - index + 0.6)));
    this.#lines.forEach((lines, index) => {
      const passed = share(done - index - 0.4);
      lines.style.setProperty("--passed", passed);
      lines.classList.toggle("is-passing", passed > 0 && passed < 1);
    });
    this.#showAnswer(share(done - this.#columns.length));
  }

  end() {
    this.draw(this.seconds);
  }

  #showAnswer(part) {
    const { verdict } = this.#answer;
    const names = verdict.leading.map(({ name }) => name).join(" / ");
    const probability = verdict.leading.reduce((sum, one) => sum + one.probability, 0);
    const [name, figure] = this.#root.querySelector(".answer").children;
    say(name, part > 0 ? names : "");
    say(figure, part > 0 ? percent(probability * part) : "");
  }

  #build(pictured) {
    const places = COLUMNS.map(({ count, side, x }) =>
      Array.from({ length: count }, (_value, index) => boxOf(count, side, x, index)),
    );
    this.#columns = places.map((boxes, column) =>
      s(
        "g",
        {},
        boxes.map((box, index) => s("image", { ...box, href: pictured[column][index], preserveAspectRatio: "none" })),
      ),
    );
    this.#lines = places.slice(1).map((boxes, column) =>
      s(
        "g",
        { class: "way" },
        places[column].flatMap((from) => boxes.map((to) => s("path", { d: curve(from, to), pathLength: 1 }))),
      ),
    );
    this.#svg.replaceChildren(...this.#lines, ...this.#columns);
    this.#root.querySelector(".answer").replaceChildren(...[0, 1].map(() => document.createElement("span")));
  }
}

/** A column's strongest maps as data URLs. */
async function pictures({ maps, channels, limit }, index) {
  const sprite = await readPixels(maps);
  const { count } = COLUMNS[index + 1];
  return readSprite(sprite, channels.length, limit)
    .slice(0, count)
    .map((map) => address(drawSigned(map, LIT * limit)));
}

function address({ picture: { width, height }, rgba }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas.toDataURL();
}

function boxOf(count, side, x, index) {
  const gap = count > 1 ? (HEIGHT - count * side) / (count - 1) : 0;
  const used = Math.min(gap, 12);
  const top = (HEIGHT - count * side - (count - 1) * used) / 2;
  return { x, y: top + index * (side + used), width: side, height: side };
}

function curve(from, to) {
  const [left, top] = [from.x + from.width, from.y + from.height / 2];
  const [right, low] = [to.x, to.y + to.height / 2];
  const middle = (left + right) / 2;
  return `M${left} ${top}C${middle} ${top} ${middle} ${low} ${right} ${low}`;
}

function share(value) {
  return Math.max(0, Math.min(1, value));
}
