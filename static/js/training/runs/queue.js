// Waiting for a turn: what can be watched meanwhile, and when to come again.

import "./ticket.js";
import { h } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";

/** Shows the ticket of the open run while it waits. */
export function connectTicket(page) {
  const element = h("run-ticket", { hidden: true });
  document.querySelector(".run-controls").prepend(element); // in the large button's place
  return { refresh: () => (element.ticket = ticketOf(page)) };
}

/** What is known of the open run's place, or null where it does not wait. */
export function ticketOf({ run, feed }) {
  return run?.state === "queued" ? (feed?.ticket ?? null) : null;
}

/** The way to another run that learns now, for whoever has to wait; null where there is none. */
export function watchLink({ runs, state }) {
  const learning = runs.find((run) => run.state === "running" && run.id !== state.run);
  if (!learning) return null;
  return h(
    "a",
    { href: `${location.pathname}?${new URLSearchParams({ run: learning.id })}` },
    _("Watch the run that is training now"),
  );
}

/** A refused order with what its server knows of the time, and the way to what can be watched until then. */
export function advised(error, page) {
  if (!error.problem?.type?.endsWith("#queue-full")) return error;
  const time = error.seconds && _("A place is free in about %(time)s.", { time: inWords(error.seconds) });
  error.message = [error.message, time].filter(Boolean).join(" ");
  error.link = watchLink(page);
  return error;
}

function inWords(seconds) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return _("%(count)s seconds", { count: number(Math.ceil(seconds / 10) * 10) });
  return _("%(count)s minutes", { count: number(Math.max(2, minutes)) });
}
