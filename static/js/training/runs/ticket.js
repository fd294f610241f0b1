// <run-ticket>: the place in the queue and the time until the run starts, both counting down, while somebody waits.

import { h } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";

const TICK_MS = 1000;

/** Seconds as 4:05, or as words where seconds would say more than is known. */
export function countdown(seconds) {
  if (seconds < 5) return _("any moment");
  if (seconds >= 3600) return _("%(count)s hours", { count: number(seconds / 3600, 1) });
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Seconds that are left of a ticket {seconds, at}, of which `at` is when it was told (performance.now()). */
export function leftOf({ seconds, at }, now = performance.now()) {
  return Math.max(0, seconds - (now - at) / 1000);
}

export class RunTicket extends HTMLElement {
  #ticket = null;
  #timer = null;
  #place = h("strong", { class: "ticket-number" });
  #time = h("strong", { class: "ticket-number", role: "timer" });
  #heard = h("p", { class: "visually-hidden", role: "status" });

  connectedCallback() {
    if (this.childElementCount) return;
    this.hidden = !this.#ticket;
    this.append(
      h("p", { class: "ticket-part" }, h("span", {}, _("place in the queue")), this.#place),
      h("p", { class: "ticket-part" }, h("span", {}, _("starts in about")), this.#time),
      this.#heard,
    );
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The ticket {place, waiting, seconds, at} of who waits, or null. */
  set ticket(ticket) {
    const before = this.#ticket;
    this.#ticket = ticket;
    this.hidden = !ticket;
    clearInterval(this.#timer);
    this.#timer = ticket ? setInterval(() => this.#tick(), TICK_MS) : null;
    if (!ticket) return;
    this.#place.textContent = number(ticket.place);
    this.#tick();
    if (before?.place !== ticket.place) this.#heard.textContent = summary(ticket);
  }

  #tick() {
    this.#time.textContent = countdown(leftOf(this.#ticket));
  }
}

function summary(ticket) {
  return _("Place %(place)s of %(waiting)s in the queue; it starts in about %(time)s.", {
    place: number(ticket.place),
    waiting: number(ticket.waiting),
    time: countdown(leftOf(ticket)),
  });
}

customElements.define("run-ticket", RunTicket);
