// The front page: one photo in the hero and behind three doors, each an exhibit that is computed. Holds who moves.

import { OWN, linkTo } from "../shared/address.js";
import { _ } from "../shared/i18n.js";
import { told } from "../shared/told.js";
import { attempt, connectNotice } from "../rooms/notice.js";
import { firstPicture, show } from "../rooms/photo.js";
import { connectPictures } from "../rooms/sources.js";
import { Director } from "./director.js";
import { Hero } from "./hero.js";
import { KernelDoor } from "./kernel-door.js";
import { LearningDoor } from "./learning-door.js";
import { NetworkDoor } from "./network-door.js";
import { readPhoto } from "./photo.js";
import { SECONDS, walk } from "./walk.js";

const REST_S = 1; // the whole result is looked at before something else moves
const { sample, model, walking, slices, learned } = told.front;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const $ = (selector) => document.querySelector(selector);

class FrontPage {
  #photo = null;
  #hero = new Hero();
  #kernelDoor = new KernelDoor($("#kernel-door"), slices);
  #asking = [new NetworkDoor($("#network-door"), model), new LearningDoor($("#learning-door"), learned)];
  #doors = [this.#kernelDoor, ...this.#asking];
  #walks = walking.map((kernel) => this.#walkOf(kernel));
  #director = new Director((number) => this.#actOf(number));

  async start() {
    connectNotice();
    connectPictures([], (source) => this.take(source));
    this.#connectHero();
    this.#connectDoors();
    await this.take(await firstPicture(location.search, { samples: [], usual: sample }));
    document.documentElement.dataset.ready = "true";
  }

  /** A photo, {sample} or {file}: hero and doors show it. */
  take(source) {
    return attempt(async () => {
      const photo = await readPhoto(source);
      this.#photo = photo;
      show(source);
      this.#hero.put(photo, walking[0]);
      this.#kernelDoor.put(photo);
      this.#link(source);
      this.#director.restart();
      if (still.matches) this.#pause();
      else this.#play();
      this.#ask(photo);
    });
  }

  /** The doors that ask the server do so once the photo is seen. */
  #ask(photo) {
    const isNewest = () => photo === this.#photo;
    setTimeout(() => attempt(() => Promise.all(this.#asking.map((door) => door.put(photo, isNewest)))));
  }

  #link(source) {
    const name = source.sample ?? OWN;
    $("#kernel-door").href = linkTo("convolution", { sample: name });
    $("#network-door").href = linkTo("classification", { model, sample: name });
  }

  /** Hero and doors take turns. */
  #actOf(number) {
    const turn = Math.floor(number / 2);
    return number % 2 ? this.#doors[turn % this.#doors.length] : this.#walks[turn % this.#walks.length];
  }

  #walkOf(kernel) {
    let way = null;
    return {
      seconds: SECONDS + REST_S,
      isReady: true,
      begin: () => {
        this.#hero.choose(kernel);
        way = walk(this.#hero.count, this.#hero.places);
      },
      draw: (seconds, elapsed) => (seconds < SECONDS ? this.#hero.show(way(seconds), elapsed) : this.#hero.hold()),
      end: () => this.#hero.hold(),
    };
  }

  #connectHero() {
    const photo = $("#hero-photo");
    const look = (event) => {
      if (event.pointerType === "touch" || !this.#photo) return;
      this.#director.hold(true);
      this.#hero.hold(this.#hero.positionAt(event));
    };
    photo.addEventListener("pointermove", look);
    photo.addEventListener("pointerleave", () => this.#director.hold(false));
    photo.addEventListener(
      "click",
      (event) => event.detail && this.#photo && this.#hero.hold(this.#hero.positionAt(event)),
    );
    $("#pause").addEventListener("click", () => (this.#director.isPlaying ? this.#pause() : this.#play()));
    document.fonts.ready.then(() => this.#photo && this.#hero.measure());
    new ResizeObserver(() => this.#photo && this.#lay()).observe($("#hero"));
    document.addEventListener("theme", () => this.#photo && this.#recolor());
    still.addEventListener("change", () => this.#pause());
  }

  #connectDoors() {
    [$("#kernel-door"), $("#network-door"), $("#learning-door")].forEach((door, index) => {
      const invite = () => this.#director.invite(this.#doors[index]);
      door.addEventListener("pointerenter", invite);
      door.addEventListener("focus", invite);
    });
  }

  #lay() {
    this.#hero.lay();
    this.#director.restart();
    if (!this.#director.isPlaying) this.#hero.hold();
  }

  #recolor() {
    this.#hero.repaint();
    this.#kernelDoor.put(this.#photo);
  }

  #play() {
    this.#director.play();
    this.#labelPause(_("Pause"), true);
  }

  #pause() {
    this.#director.pause();
    if (still.matches) this.#hero.hold();
    this.#labelPause(_("Play"), false);
  }

  #labelPause(label, isPlaying) {
    $("#pause").setAttribute("aria-label", label);
    $("#pause").classList.toggle("is-paused", !isPlaying);
  }
}

new FrontPage().start();
