// A part of a page whose script is no part of the first view: it comes when the part is first wanted.

/**
 * A part {refresh, hear} of `page`: `load()` gives its connecting function, once `isWanted()`; where that fails, it is
 * asked for again the next time. `loading` resolves when nothing is on its way.
 */
export function later(page, isWanted, load) {
  let [part, loading] = [null, null];
  const bring = async () => {
    await page.attempt(async () => (part = (await load())(page)), "later");
    loading = null;
    part?.refresh();
  };
  return {
    get loading() {
      return loading;
    },
    refresh() {
      if (part) part.refresh();
      else if (isWanted()) loading ??= bring();
    },
    hear() {
      part?.hear?.();
    },
  };
}
