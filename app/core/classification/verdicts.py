"""From the probabilities of classes to what can be said of the picture: a class, a group of them, or neither.

Classes are leaves of a tree (`datasets/nouns`): what is probable of a group is the sum over its classes, so a picture
may be a dog for sure while no breed is. It does not know how the probabilities came about, nor any language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import fsum, isfinite
from typing import Literal

from app.core.datasets.nouns import groups_of, nouns

CONVINCING = 0.75  # share that is said as a fact; more than 1/2, so that at most one of several groups has it
NEAR = 0.5  # of the first: from there on the second is named as well
KEPT_TREES = 8  # a network's each
LIKELY = 0.5  # of all; a class that holds it is said without "perhaps"

Kind = Literal["certain", "likely", "undecided", "perhaps"]


@dataclass(frozen=True, slots=True)
class Named:
    """A class or a group, and how probable it is, 0..1."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said. `group` is convincing, None where nothing is; `leading` are one or two classes or groups in it.

    `certain`: the class is convincing itself. `likely`: it holds at least half of all. `undecided`: two together
    hold most of it, neither alone. `perhaps`: the likeliest class, and a second that is near.
    """

    kind: Kind
    group: Named | None
    leading: tuple[Named, ...]


@dataclass(frozen=True)
class Node:
    """A group with its children, or a class, which has none; `classes` are the indices of those under it."""

    label: str
    classes: tuple[int, ...]
    children: tuple["Node", ...] = ()

    @cached_property
    def everyday(self) -> bool:
        """Whether it is the word that people use for what is under it."""
        return bool(self.children) and self.label in nouns() and nouns()[self.label].everyday


def judge(classes: Sequence[str], probabilities: Sequence[float]) -> Verdict | None:
    """What the probabilities (finite, K of K `classes`, sum 1) allow to say; None where one is no number.

    From the root of the tree down, as long as one child holds at least `CONVINCING` of all: that is the deepest group,
    or the class, that can be said. The two heaviest children of a group are followed down in the same way, each for
    `CONVINCING` of its own sum: if together they hold that share of the group and are `NEAR` each other, the answer is
    undecided between them. Otherwise the group's likeliest class leads.
    """
    if not all(map(isfinite, probabilities)):
        return None
    path = _follow(build_tree(tuple(classes)), probabilities)
    said = path[-1]
    if not said.children:
        words = [node for node in path if node.everyday and node.label != said.label]
        return Verdict("certain", _tell(words[-1], probabilities) if words else None, (_tell(said, probabilities),))
    group = _tell(said, probabilities) if said.label else None
    pair = [_follow(child, probabilities)[-1] for child in _sorted(said.children, probabilities)[:2]]
    first, second = (_share(node, probabilities) for node in pair)
    if first + second >= CONVINCING * _share(said, probabilities) and min(first, second) >= NEAR * max(first, second):
        return Verdict("undecided", group, tuple(_tell(node, probabilities) for node in _sorted(pair, probabilities)))
    return _lead(said, group, probabilities)


@lru_cache(maxsize=KEPT_TREES)
def build_tree(classes: tuple[str, ...]) -> Node:
    """The classes under their groups; the root, which holds all, has no label."""
    paths = [groups_of(label) for label in classes]
    used = {group for path in paths for group in path}
    paths = [(*path, label) if label in used else path for path, label in zip(paths, classes, strict=True)]
    return _grow("", dict(enumerate(paths)), classes)


def _grow(label: str, paths: Mapping[int, tuple[str, ...]], classes: tuple[str, ...]) -> Node:
    """The node of that label; `paths` are the groups between it and each of its classes."""
    leaves = [Node(classes[index], (index,)) for index, path in paths.items() if not path]
    below = sorted({path[0] for path in paths.values() if path})
    groups = [
        _grow(name, {index: path[1:] for index, path in paths.items() if path and path[0] == name}, classes)
        for name in below
    ]
    return Node(label, tuple(paths), tuple(sorted(leaves, key=lambda leaf: leaf.label)) + tuple(groups))


def _follow(node: Node, probabilities: Sequence[float]) -> list[Node]:
    """From the node to the deepest below it that still holds a convincing share of it."""
    path, least = [node], CONVINCING * _share(node, probabilities)
    while path[-1].children:
        heaviest = _sorted(path[-1].children, probabilities)[0]
        if _share(heaviest, probabilities) < least:
            break
        path.append(heaviest)
    return path


def _lead(said: Node, group: Named | None, probabilities: Sequence[float]) -> Verdict:
    """The group's likeliest class, and the next where both are weak and near."""
    first, second = (_tell(leaf, probabilities) for leaf in _sorted(_leaves(said), probabilities)[:2])
    if first.probability >= LIKELY:
        return Verdict("likely", group, (first,))
    return Verdict("perhaps", group, (first, second) if second.probability >= NEAR * first.probability else (first,))


def _leaves(node: Node) -> list[Node]:
    return [leaf for child in node.children for leaf in _leaves(child)] if node.children else [node]


def _share(node: Node, probabilities: Sequence[float]) -> float:
    return fsum(probabilities[index] for index in node.classes)


def _sorted(nodes: Sequence[Node], probabilities: Sequence[float]) -> list[Node]:
    return sorted(nodes, key=lambda node: (-_share(node, probabilities), node.label))


def _tell(node: Node, probabilities: Sequence[float]) -> Named:
    return Named(node.label, min(1.0, _share(node, probabilities)))  # float32s may add up to a little more
