// Runs before the first paint, so that a chosen theme and class view never flash. A plain script, not a module, for
// that reason. An address may open class view (?class=1) or leave it (?class=0), as a teacher's link does.
try {
  const root = document.documentElement;
  const said = new URLSearchParams(location.search).get("class");
  if (said === "1" || said === "0") localStorage.setItem("class", said);
  const theme = localStorage.getItem("theme");
  if (theme) root.dataset.theme = theme;
  if ((said ?? localStorage.getItem("class")) === "1") root.dataset.class = "true";
} catch {
  // Storage may be forbidden; the system's own theme is then used.
}
