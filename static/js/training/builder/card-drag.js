// Drags a card of a list to another place, by mouse anywhere on it, by touch or pen on its grip. Only places that are
// possible take it.

import { h } from "../../shared/dom.js";

const THRESHOLD = 5; // pixels before a press becomes a drag

export class CardDrag {
  #list;
  #targets;
  #drop;
  #drag = null;
  #dropped = -Infinity; // when
  #line = h("li", { class: "drop-line", "aria-hidden": "true" });

  /** `targets(path)` gives the indices that a card may go to in its own list; `drop(path, index)` moves it. */
  constructor(list, { targets, drop }) {
    [this.#list, this.#targets, this.#drop] = [list, targets, drop];
    list.addEventListener("pointerdown", (event) => this.#press(event));
    list.addEventListener("click", (event) => this.#swallow(event), true);
    addEventListener("pointermove", (event) => this.#follow(event));
    addEventListener("pointerup", () => this.#end(true));
    addEventListener("pointercancel", () => this.#end(false));
    addEventListener("keydown", ({ key }) => key === "Escape" && this.#end(false));
  }

  #press(event) {
    const row = event.target.closest(".layer-row");
    const isGrip = Boolean(event.target.closest(".grip"));
    if (!row || event.button !== 0 || (event.pointerType !== "mouse" && !isGrip)) return;
    if (isGrip) event.preventDefault();
    const card = row.closest(".layer");
    this.#drag = {
      card,
      path: card.dataset.path.split(".").map(Number),
      from: event.clientY,
      index: null,
      places: null,
    };
  }

  #follow({ clientY }) {
    const drag = this.#drag;
    if (!drag || (!drag.places && Math.abs(clientY - drag.from) < THRESHOLD)) return;
    if (!drag.places) this.#begin(drag);
    drag.card.style.setProperty("--moved", `${clientY - drag.from}px`);
    const present = { index: null, y: drag.middle };
    const nearest = [present, ...drag.places].reduce((best, place) =>
      Math.abs(place.y - clientY) < Math.abs(best.y - clientY) ? place : best,
    );
    drag.index = nearest.index;
    this.#line.hidden = nearest.index === null;
    this.#line.style.setProperty("--y", `${nearest.y - drag.top}px`);
  }

  /** Where the card may go, as the height of the gap it would fall into. */
  #begin(drag) {
    const cards = [...drag.card.parentElement.children].filter((card) => card.matches(".layer"));
    const boxes = cards.map((card) => card.getBoundingClientRect());
    const own = drag.path.at(-1);
    drag.top = drag.card.parentElement.getBoundingClientRect().top;
    drag.middle = (boxes[own].top + boxes[own].bottom) / 2;
    drag.places = this.#targets(drag.path).map((index) => ({
      index,
      y: index < own ? boxes[index].top - 3 : boxes[index].bottom + 3,
    }));
    drag.card.classList.add("is-dragged");
    drag.card.parentElement.append(this.#line);
    this.#list.classList.add("is-dragging");
  }

  #end(isDropped) {
    const drag = this.#drag;
    this.#drag = null;
    if (!drag?.places) return;
    drag.card.classList.remove("is-dragged");
    drag.card.style.removeProperty("--moved");
    this.#list.classList.remove("is-dragging");
    this.#line.remove();
    this.#dropped = performance.now();
    if (isDropped && drag.index !== null) this.#drop(drag.path, drag.index);
  }

  /** The click that ends a drag opens nothing. */
  #swallow(event) {
    if (performance.now() - this.#dropped > 100) return;
    event.preventDefault();
    event.stopPropagation();
  }
}
