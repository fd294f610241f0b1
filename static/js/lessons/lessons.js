// The lecture's pages: a chapter whose cards steer the exhibit beside them, and what is done in each chapter.

import { connectNotice } from "../rooms/notice.js";
import { connectQuestions } from "../rooms/questions.js";
import { Exhibit } from "./exhibit.js";
import { OwnPhoto } from "./own-photo.js";
import { count, see, showProgress } from "./progress.js";
import { Steps } from "./steps.js";

const $ = (selector) => document.querySelector(selector);

class ChapterPage {
  #chapter;
  #card = null;
  #isAlone = false; // whether nothing is to stand beside the step
  #photo = new OwnPhoto(() => this.#show());
  #exhibit = new Exhibit($("#frames"), { back: $("#restore"), turn: (event) => this.#steps.hear(event) });
  #steps = null;
  #stands = false; // whether the card does, so that a room may come beside it

  constructor(stage) {
    this.#chapter = stage.dataset.lesson;
    connectNotice();
    connectQuestions();
    stage.addEventListener("answered", ({ detail }) => {
      count(this.#chapter, detail.right);
      showProgress();
    });
  }

  async start() {
    await this.#photo.start();
    this.#steps = new Steps($("[data-lesson]"), (card, step) => this.#enter(card, step));
    performance.mark("first-view");
    document.documentElement.dataset.ready = "true";
    await painted();
    this.#stands = true;
    this.#show();
  }

  #enter(card, step) {
    [this.#card, this.#isAlone] = [card, "alone" in step.dataset];
    see(this.#chapter, card.id);
    showProgress();
    this.#show();
  }

  #show() {
    const { state, room } = this.#card.dataset;
    const address = this.#photo.addressOf(this.#card);
    const isShown = Boolean(state) && !this.#isAlone;
    $("#exhibit").hidden = !isShown;
    $("[data-lesson]").classList.toggle("is-alone", !isShown);
    if (isShown && this.#stands) this.#exhibit.show(address, room);
  }
}

/** Resolves when what the page is by now has been drawn. */
function painted() {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

showProgress();
if ($("[data-lesson]")) new ChapterPage($("[data-lesson]")).start();
else document.documentElement.dataset.ready = "true";
