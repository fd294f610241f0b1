"""What classes are called, in every language, and which group each belongs to: a dog is a canine is a carnivore.

The rows are two tables beside this file: `imagenet.tsv`, the thousand classes in ImageNet's order, and `nouns.tsv`, the
groups above them and the classes of the other sets. A label is the English name, and what programs ask by. Nothing is
known here of networks or probabilities, nor which language a visitor reads.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_GROUPS, _IMAGENET = (Path(__file__).parent / name for name in ("nouns.tsv", "imagenet.tsv"))
_ARTICLES = {"un", "una", "unos", "unas"}


@dataclass(frozen=True, slots=True)
class Noun:
    """A class, a group, or both. `wordnet` are its synsets in WordNet 3.0; `group` is the label of what it belongs to.

    `phrases` say it with its article by language, `names` without. An `everyday` group is the word for what its members
    are: "a bird" says more to most than "a dunlin".
    """

    label: str
    wordnet: tuple[str, ...]
    phrases: dict[str, str]
    names: dict[str, str]
    group: str | None
    everyday: bool


@cache
def nouns() -> dict[str, Noun]:
    """All of them, by label."""
    return {row["label"]: _noun(row) for table in (_GROUPS, _IMAGENET) for row in _rows(table)}


@cache
def imagenet_classes() -> tuple[str, ...]:
    """The labels of the thousand classes, in the order of the networks trained on them."""
    return tuple(row["label"] for row in _rows(_IMAGENET))


def name_of(label: str, language: str) -> str:
    """A class as a list or a chart names it; the label itself where it is a visitor's own, or in another language."""
    return nouns()[label].names.get(language, label) if label in nouns() else label


def phrase_of(label: str, language: str) -> str:
    """A class as a sentence names it, with its article if it takes one."""
    return nouns()[label].phrases.get(language, label) if label in nouns() else label


def groups_of(label: str) -> tuple[str, ...]:
    """What a class belongs to, the widest group first; none of a class that is not known."""
    noun = nouns().get(label)
    return (*groups_of(noun.group), noun.group) if noun and noun.group else ()


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _noun(row: dict[str, str]) -> Noun:
    label, spanish = row["label"], row["spanish"]
    first, _, rest = spanish.partition(" ")
    return Noun(
        label,
        tuple(row["wordnet"].split()),
        {"en": f"{row['article']} {label}".lstrip(), "es": spanish},
        {"en": label, "es": rest if first in _ARTICLES else spanish},
        row["group"] or None,
        row.get("everyday") == "yes",
    )
