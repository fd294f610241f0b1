// Parts that a link has fixed (`fix=`): they are seen and read out, and nothing that is done to them is heard. The
// style sheet keeps the pointer out of them; what is dropped or pasted anywhere could change any part.

const DONE = ["click", "dblclick", "pointerdown", "mousedown", "keydown", "beforeinput"];
const PASSING = ["pointermove", "pointerover", "touchstart", "touchmove", "wheel"]; // the page may still be scrolled
const BROUGHT = ["dragover", "drop", "paste"];
const WAYS_ON = ["Tab", "Escape"];
const root = document.documentElement;

/** Before a room's own script listens. */
export function keepFixed() {
  if (!root.dataset.fix) return;
  for (const type of [...DONE, ...PASSING, ...BROUGHT]) addEventListener(type, refuse, true);
}

function refuse(event) {
  const isBrought = BROUGHT.includes(event.type);
  if (!(isBrought || event.target.closest?.("[data-fixed]")) || WAYS_ON.includes(event.key)) return;
  event.stopImmediatePropagation();
  const isShortcut = event.type === "keydown" && (event.ctrlKey || event.metaKey); // of the browser
  if (!isShortcut && !PASSING.includes(event.type)) event.preventDefault();
}
