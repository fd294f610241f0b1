// What is to be known of a data set before one trains on it: which folders were taken for what, too few pictures,
// equal pictures, files that were left out.

import { number } from "../../shared/format.js";
import { _ } from "../../shared/i18n.js";
import { classTitle } from "../../shared/layers.js";

const FEW = 10; // pictures of a class

/** Sentences on a data set as `readDataset` tells it; none where there is nothing to be said. */
export function datasetNotes(details) {
  return [found(details), ...spelled(details), few(details), equal(details)].filter(Boolean);
}

function found({ name, holders, test }) {
  if (!name.startsWith("own-")) return null;
  const folders = holders.map(({ folder, part, pictures }) => {
    const values = { folder, count: number(pictures) };
    return part === "train"
      ? _("%(folder)s: %(count)s for training", values)
      : _("%(folder)s: %(count)s for the test", values);
  });
  const told = folders.length
    ? _("By the names of their folders: %(folders)s.", { folders: folders.join("; ") })
    : null;
  return [told, holders.some(({ part }) => part === "test") ? null : untested(test)].filter(Boolean).join(" ");
}

function untested(test) {
  return test
    ? _("No folder is named for the test: a fifth of each class was held out for it.")
    : _("There are too few pictures to put some aside for the test.");
}

function spelled({ spellings }) {
  return Object.entries(spellings).map(([label, folders]) =>
    _("Taken for one class, %(label)s: %(folders)s.", {
      label: classTitle(label),
      folders: folders.map((folder) => `“${folder}”`).join(", "),
    }),
  );
}

function few({ classes, counts }) {
  const fewest = Math.min(...counts.train);
  const label = classTitle(classes[counts.train.indexOf(fewest)]);
  if (fewest >= FEW) return null;
  return fewest > 1
    ? _("%(label)s has only %(count)s pictures to learn from: what is said of it is hardly more than a guess.", {
        label,
        count: number(fewest),
      })
    : _("%(label)s has a single picture to learn from: add some, or put none aside to choose by.", { label });
}

function equal({ equal: count, test }) {
  return count
    ? _(
        "%(count)s of the %(all)s test pictures are among the training pictures too: the test looks better than it is.",
        {
          count: number(count),
          all: number(test),
        },
      )
    : null;
}
