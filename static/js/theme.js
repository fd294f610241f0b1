// Runs before the first paint, so that a chosen theme never flashes. A plain script, not a module, for that reason.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be forbidden; the system's own theme is then used.
}
