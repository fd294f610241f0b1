// What the board says of a run that neither trains nor waits.

import { _ } from "../../shared/i18n.js";

export const STATES = {
  running: _("starting"),
  finished: _("done"),
  paused: _("paused"),
  stopped: _("stopped"),
  diverged: _("NaN"),
  failed: _("failed"),
  interrupted: _("goes on soon"),
};
