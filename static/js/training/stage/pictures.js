// Which picture a run is asked about where nobody chose one: a photo for networks that know photos, else one of the
// data set's own kind, whose class is known.

import { firstPicture } from "../../rooms/photo.js";
import { ADDRESS } from "../builder/address.js";
import { lookAt, pictureOf } from "../builder/sample-sheet.js";

/** What the address says where nobody chose. */
export const KIND = ADDRESS.field("sample").default;
const PHOTOS = ["cifar10"]; // data sets of which any photo is a fair question
const PHOTO = "cat";
const NONE_YET = "none yet";

/**
 * The picture that the room starts with: {sample} or {file}, with its class `truth` where that is known, and the data
 * set `ofItsKind` for which it was taken, where nobody chose it. What an address names comes first, then what was
 * chosen in any room, then what the run watches; else it is a photo until `pictureFor` has found one of its kind.
 */
export async function startingPicture(search, dataset, run, page) {
  const chosen = await firstPicture(search, { samples: page.samples, usual: KIND });
  if (chosen.sample !== KIND) return chosen;
  return run?.sample ? { sample: run.sample, ofItsKind: dataset } : { sample: PHOTO, ofItsKind: NONE_YET };
}

/** A picture such as the network learns from. */
export async function pictureFor(dataset, { datasets }) {
  const isThere = datasets.some(({ name, available }) => name === dataset && available);
  const details = isThere && !PHOTOS.includes(dataset) && (await lookAt(dataset).catch(() => null));
  return { ...(details ? await pictureOf(details) : { sample: PHOTO }), ofItsKind: dataset };
}
