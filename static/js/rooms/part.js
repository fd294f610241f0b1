// A part of a room that asks the server one question, again whenever the question has changed.

import { Latest } from "../shared/latest.js";

/**
 * `question()` gives what is asked, or null while it cannot be; `answer(question, isNewest)` asks and shows.
 * `show()` draws what needs no new answer; `isLive` parts follow a slider while it moves, those that are
 * `isFollowing` the live camera, frame by frame.
 */
export function part(page, { question, answer, show = () => {}, isLive = false, isFollowing = false }) {
  const latest = new Latest((key, isNewest) => page.attempt(() => answer(JSON.parse(key), isNewest), latest));
  return {
    isLive,
    isFollowing,
    /** What was asked last is asked again when it comes up. */
    forget: () => latest.forget(),
    again() {
      latest.forget();
      this.refresh();
    },
    /** Resolves when the part has its answer. */
    refresh() {
      show();
      const asked = question();
      return asked === null ? null : latest.ask(JSON.stringify(asked));
    },
  };
}
