// Runs before the first paint, so that a chosen theme and class view never flash, and what scripts steer stands in its
// place from the start (`data-scripted`). A plain script, not a module, for that reason. An address may open class view
// (?class=1) or leave it (?class=0), as a teacher's link does.
document.documentElement.dataset.scripted = "";
try {
  const root = document.documentElement;
  const said = new URLSearchParams(location.search).get("class");
  if (said === "1" || said === "0") localStorage.setItem("class", said);
  const theme = localStorage.getItem("theme");
  if (theme) root.dataset.theme = theme;
  showTries(root.dataset);
  if ((said ?? localStorage.getItem("class")) === "1") root.dataset.class = "true";
} catch {
  // Storage may be forbidden; the system's own theme is then used.
}

// What to try in a room (rooms/tries.js): for who comes there first, until it is put away; then while the tab lasts.
function showTries({ room, hide, fix }) {
  const open = `tries-${room}`;
  const isAway = !room || hide || fix || self !== top || JSON.parse(localStorage.getItem("tries"))?.[room]?.isAway;
  const { dataset } = document.documentElement;
  if (isAway) delete dataset.tries;
  else if (sessionStorage.getItem(open)) dataset.tries = "";
  else if ("tries" in dataset) sessionStorage.setItem(open, "1");
}
