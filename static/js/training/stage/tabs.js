// The room's parts: the stage, and in its head overfitting, experiments and one's networks, each a tab of the address.

// what links said after "#"
const OLD = { theater: "overfitting", "runs-card": "networks", "states-card": "experiments" };
const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;

/** The tab that an old link's "#" names, or null. */
export function tabOf(hash) {
  return OLD[hash.slice(1)] ?? null;
}

export function connectTabs(page) {
  const links = [...document.querySelectorAll("a[data-tab]")];
  const open = (event, tab) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    if (tab === page.state.tab) return;
    page.change({ tab }, { isEntry: true });
    scrollTo({ top: 0, behavior: "instant" });
  };
  for (const link of links) link.addEventListener("click", (event) => open(event, link.dataset.tab));
  for (const room of document.querySelectorAll(".rooms a[aria-current]"))
    room.addEventListener("click", (event) => page.state.tab !== "train" && open(event, "train"));
  return { refresh: () => show(page.state.tab, links) };
}

function show(tab, links) {
  document.querySelector("#training").dataset.tab = tab;
  for (const link of links) {
    if (link.dataset.tab === tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== tab;
}
