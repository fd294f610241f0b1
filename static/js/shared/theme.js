// Colors of the theme for canvases, which do not understand custom properties or light-dark().

/** "light" or "dark", whichever is shown. */
export function present() {
  return (
    document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")
  );
}

const probe = globalThis.document?.createElement("span");

/** A function that gives the present color of a token such as `--accent`; charts call it at each drawing. */
export function color(token) {
  return () => {
    probe.style.forcedColorAdjust = "none"; // a picture keeps its colors where a system forces its own
    probe.style.color = `var(${token})`;
    document.body.append(probe);
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    return resolved;
  };
}
