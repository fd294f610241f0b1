// The break-it bench: what the network sees is shifted, turned, made noisy, blurred or covered, and the answer follows.

import { classify } from "../api.js";
import { known } from "../shared/class-bars.js";
import { changeFields } from "./picture/changes.js";
import { number, percent } from "../shared/format.js";
import { framingFor } from "../shared/framing.js";
import { _ } from "../shared/i18n.js";
import { classTitle } from "../shared/layers.js";
import { pictureOf } from "./answer.js";
import { part } from "../rooms/part.js";

const UNITS = { angle: "°", blur: " px", dx: " px", dy: " px", size: " px", noise: "" };
const $ = (selector) => document.querySelector(selector);

export function connectBreaking(page) {
  $("#sliders").addEventListener("input", ({ target }) => slide(page, target.name, Number(target.value)));
  $("#unbreak").addEventListener("click", () => page.change({ change: {} }));
  connectCover(page);
  if (changeFields(page.state.change)) $("#breaking").open = true;
  return part(page, {
    isFollowing: true,
    isLive: true,
    show: () => show(page),
    question: () =>
      changeFields(page.state.change) && page.plain?.picture !== pictureOf(page.pictureKey)
        ? { picture: pictureOf(page.pictureKey) }
        : null,
    answer: async ({ picture }) => {
      const { predictions } = await classify(page.model.name, page.source, { framing: framingFor(page.model) });
      page.plain = { predictions, picture };
      show(page);
    },
  });
}

function slide(page, name, value) {
  const change = { ...page.state.change, [name]: value };
  if (name === "size" && change.x === undefined) Object.assign(change, middle(page, value));
  page.change({ change }, { isLive: true });
}

/** A patch appears in the middle of what the network sees. */
function middle({ model }, size) {
  const [, height, width] = model.input;
  return { x: Math.round((width - size) / 2), y: Math.round((height - size) / 2) };
}

/** While the patch is there, dragging on the seen picture moves it. */
function connectCover(page) {
  let isDragging = false;
  const cover = ({ x, y }) => {
    const { size } = page.state.change;
    const place = (at, side) => Math.max(0, Math.min(side - size, Math.round(at - size / 2)));
    const [, height, width] = page.model.input;
    page.change({ change: { ...page.state.change, x: place(x, width), y: place(y, height) } }, { isLive: true });
  };
  $("#seen").addEventListener("pointerdown", () => (isDragging = Boolean(page.state.change.size)), true);
  addEventListener("pointerup", () => (isDragging = false));
  $("#seen").addEventListener("point", ({ detail }) => isDragging && cover(detail));
  $("#seen").addEventListener("keydown", (event) => nudge(page, event), true);
}

/** With Alt, the arrow keys move the patch instead of the unit. */
function nudge(page, event) {
  const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const { change } = page.state;
  if (!move || !event.altKey || !change.size) return;
  event.preventDefault();
  event.stopPropagation();
  page.change(
    { change: { ...change, x: Math.max(0, (change.x ?? 0) + move[0]), y: Math.max(0, (change.y ?? 0) + move[1]) } },
    { isLive: true },
  );
}

function show(page) {
  const { change } = page.state;
  const fields = changeFields(change);
  for (const slider of document.querySelectorAll("#sliders input")) {
    slider.value = String(change[slider.name] ?? 0);
    slider.nextElementSibling.textContent = `${number(change[slider.name] ?? 0, 1)}${UNITS[slider.name]}`;
    slider.setAttribute("aria-valuetext", slider.nextElementSibling.textContent);
  }
  $("#unbreak").disabled = !fields;
  $("#cover-note").hidden = !change.size;
  $("#seen").classList.toggle("is-draggable", Boolean(change.size));
  $("#broken").textContent = fields && page.answer ? outcome(page) : "";
}

/** "cat 38 %, before 61 %" or "Now it says dog (52 %). It said cat (61 %)." */
function outcome({ answer, plain }) {
  const [now] = known(answer.predictions);
  const [before] = known(plain?.predictions ?? []);
  if (!now || !before) return "";
  const facts = {
    now: classTitle(now.label),
    share: percent(now.probability),
    before: classTitle(before.label),
    earlier: percent(before.probability),
  };
  if (now.label !== before.label) return _("Now it says %(now)s (%(share)s). It said %(before)s (%(earlier)s).", facts);
  return _("It still says %(now)s: %(share)s, before %(earlier)s.", facts);
}
