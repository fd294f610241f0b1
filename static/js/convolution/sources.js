// The convolution page's picture: where it comes from, how large it is worked on, and how the result is taken away.

import { download, readLimits } from "../api.js";
import { give, h, say } from "../shared/dom.js";
import { size } from "../shared/format.js";
import { _ } from "../shared/i18n.js";
import { connectPictures } from "../rooms/sources.js";
import { connectPasting } from "./pasting.js";
import { requestFields } from "./request.js";
import { linkTo } from "../shared/address.js";

const TEXT = _("That text is neither a picture nor a matrix of numbers for the kernel.");
const CENTER = { x: null, y: null };
let fullPixels = Infinity; // until the server has said it
const $ = (selector) => document.querySelector(selector);

export function connectSources(page) {
  const pasting = connectPasting(page);
  connectPictures(page.samples, (source) => page.take(source, CENTER), { read: pasting.read, textHint: TEXT });
  $("#size").addEventListener("change", ({ target }) =>
    page.take(page.source, { size: Number(target.value), ...CENTER }),
  );
  $("#download").addEventListener("click", () => save(page, { format: "png" }));
  $("#download-full").addEventListener("click", () => save(page, { format: "png", max_side: null }));
  readLimits().then(
    ({ image }) => (fullPixels = image.pixels),
    () => null,
  );
  $("#download-npy").addEventListener("click", () => save(page, { format: "npy" }));
  return {
    refresh() {
      offerFullSize(page);
      give($("#door"), { href: linkTo("classification", { sample: page.state.sample }) });
      pasting.refresh();
    },
  };
}

/** A picture that is worked on in a smaller copy can be had in its own size too, up to the server's limit. */
function offerFullSize({ origin, levels }) {
  const isReduced = Number(origin.width) > levels.width;
  $("#download-full").hidden = !isReduced || origin.width * origin.height > fullPixels;
  say($("#download-full"), _("↓ full size (%(size)s)", { size: size(origin.width, origin.height) }));
}

/** The result up to the open step, computed by the server. */
async function save(page, fields) {
  await page.attempt(async () => {
    const file = await download(await page.still(), { ...requestFields(page), ...fields });
    const link = h("a", { href: URL.createObjectURL(file), download: `convolved.${fields.format}` });
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
