// Moves the window: by hovering, by a finger, by arrow keys, by the player, and once by itself.

import "./window-player.js";
import { _ } from "../shared/i18n.js";
import { before, complete, margins, pace, reach } from "../shared/steps.js";
import { close, isOpening, open } from "./stage/opening.js";

const $ = (selector) => document.querySelector(selector);

export function connectWindow(page) {
  $("#result").addEventListener("point", ({ detail }) => hover(page, detail.x, detail.y));
  $("#input").addEventListener("point", ({ detail }) => hover(page, ...resultAt(page, detail)));
  for (const view of [$("#input"), $("#result")]) {
    view.addEventListener("move", ({ detail }) => moveBy(page, detail));
    view.addEventListener("click", ({ pointerType }) => {
      $("#result").reveal(null);
      hold(!isHeld && pointerType !== "touch"); // a finger does not hover, so there is nothing to hold against
    });
  }
  hold(page.isPlaced);
  $("#player").addEventListener("position", ({ detail }) => play(page, detail));
  $("#thumb-play").addEventListener("click", () => $("#player").toggle());
  $("#next-place").addEventListener("click", ({ target }) => {
    $("#result").reveal(null);
    hold(true);
    page.moveTo(Number(target.dataset.x), Number(target.dataset.y));
  });
  connectLooks(page);
  addEventListener("resize", () => page.redraw());
  document.fonts.ready.then(() => page.redraw());
  return { refresh: () => refresh(page) };
}

/**
 * The window slides over the picture to where the result is strongest; not over the border, of which a line of its own
 * would tell, and go again.
 */
export function slideOnce(page) {
  const goal = { x: page.state.x, y: page.state.y };
  const { width } = page.result;
  const [left, right] = margins(complete(page.step))[1];
  open({
    goal,
    width,
    show(x, y, painted) {
      $("#result").reveal(painted.row * width + painted.column, painted.band);
      page.pass(Math.max(left, Math.min(x, width - 1 - right)), y);
    },
    end() {
      $("#result").reveal(null);
      page.moveTo(goal.x, goal.y);
    },
  });
}

/** Which weight goes with which product. A flipped kernel meets the picture turned. */
function connectLooks(page) {
  const turned = (place) => {
    if (!place || !page.step.flip) return place;
    const { matrix } = page.step;
    return { row: matrix.length - 1 - place.row, column: matrix[0].length - 1 - place.column };
  };
  const follow = (detail, other) => {
    const [own, its] = other === "kernel" ? [turned(detail), detail] : [detail, turned(detail)];
    $("#kernel").look(own);
    $("#products").look(its);
  };
  $("#kernel").addEventListener("look", ({ detail }) => follow(detail, "products"));
  $("#products").addEventListener("look", ({ detail }) => follow(detail, "kernel"));
}

// A window that a click or a link has put somewhere stays there while the mouse goes on.
let isHeld = false;

function hold(held) {
  isHeld = held;
  $("#hold").hidden = !held;
  $("#hold").textContent = _("Pinned. Click to unpin");
}

function hover(page, x, y) {
  if (!isHeld) moveByHand(page, x, y);
}

function moveByHand(page, x, y) {
  if ($("#player").isPlaying || isOpening() || !page.result) return;
  $("#result").reveal(null);
  page.moveTo(x, y);
}

function moveBy(page, { x, y }) {
  const { state, result } = page;
  if (!result) return;
  close();
  $("#player").pause();
  moveByHand(page, state.x + x, state.y + y);
}

/** The result pixel whose window has its center nearest to this pixel of the input. */
function resultAt({ step }, { x, y }) {
  const [down, across] = reach(step).map((span, axis) => ((span - 1) >> 1) - before(step)[axis]);
  return [Math.round((x - across) / pace(step)), Math.round((y - down) / pace(step))];
}

function play(page, { index }) {
  if (!page.result) return;
  const { width } = page.result;
  $("#result").reveal(index);
  page.moveTo(index % width, Math.floor(index / width));
}

function refresh({ result }) {
  if (!result) return;
  $("#player").size = result;
}
