"""What can be said of probabilities: rules worked out by hand, and what holds for any tree and any probabilities."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.classification.verdicts import CONVINCING, Named, Node, Verdict, build_tree, judge
from app.core.datasets.builtin import BUILTIN
from app.core.datasets.nouns import groups_of, imagenet_classes

CIFAR = BUILTIN["cifar10"].classes
DIGITS = tuple("0123456789")
THOUSAND = imagenet_classes()


def said(classes: tuple[str, ...], **shares: float) -> Verdict:
    """Of classes with those percents (words joined by _), all others 0."""
    percents = {label.replace("_", " ").strip(): share for label, share in shares.items()}
    assert math.isclose(sum(percents.values()), 100)
    verdict = judge(classes, [percents.get(label, 0) / 100 for label in classes])
    assert verdict is not None
    return verdict


def told(verdict: Verdict) -> tuple[str, tuple[str, int] | None, list[tuple[str, int]]]:
    """Kind, group and leading ones in whole percents."""
    pairs = [(named.label, round(100 * named.probability)) for named in verdict.leading]
    return verdict.kind, verdict.group and (verdict.group.label, round(100 * verdict.group.probability)), pairs


def test_a_convincing_class_is_said_with_the_everyday_word_for_it() -> None:
    verdict = said(THOUSAND, dunlin=92, redshank=5, espresso=3)

    assert told(verdict) == ("certain", ("bird", 97), [("dunlin", 92)])


def test_a_convincing_class_of_which_there_is_no_simpler_word_is_said_alone() -> None:
    assert told(said(THOUSAND, espresso=94, cup=6)) == ("certain", None, [("espresso", 94)])
    assert told(said(CIFAR, cat=80, dog=20)) == ("certain", None, [("cat", 80)])


def test_sums_make_a_group_convincing_and_its_likeliest_class_leads() -> None:
    # retrievers 62 + 13 = 75, just convincing; gun dogs 80, dogs 85
    verdict = said(THOUSAND, Labrador_retriever=62, golden_retriever=13, vizsla=5, beagle=5, tabby_cat=15)

    assert told(verdict) == ("likely", ("retriever", 75), [("Labrador retriever", 62)])


def test_the_deepest_convincing_group_is_said() -> None:
    # gun dogs 70 are too few, dogs 85 are enough
    verdict = said(THOUSAND, Labrador_retriever=60, vizsla=10, beagle=15, tabby_cat=15)

    assert told(verdict) == ("likely", ("dog", 85), [("Labrador retriever", 60)])


def test_two_near_classes_are_undecided() -> None:
    verdict = said(THOUSAND, Siberian_husky=48, Alaskan_malamute=41, beagle=11)

    assert told(verdict) == ("undecided", ("sled dog", 89), [("Siberian husky", 48), ("Alaskan malamute", 41)])


def test_two_near_groups_are_undecided() -> None:
    # cats 30 + 20, dogs 25 + 20: no breed has a third of all
    verdict = said(THOUSAND, tabby_cat=30, tiger_cat=20, beagle=25, pug=20, espresso=5)

    assert told(verdict) == ("undecided", ("carnivore", 95), [("cat", 50), ("dog", 45)])


def test_what_two_classes_of_ten_share_is_said_too() -> None:
    assert told(said(CIFAR, cat=50, dog=45, ship=5)) == ("undecided", ("carnivore", 95), [("cat", 50), ("dog", 45)])
    assert told(said(CIFAR, airplane=40, ship=35, truck=15, bird=10)) == (
        "undecided", ("vehicle", 90), [("airplane", 40), ("ship", 35)],
    )  # fmt: skip


def test_across_all_groups_nothing_is_said_of_what_it_belongs_to() -> None:
    assert told(said(CIFAR, ship=51, bird=47, cat=2)) == ("undecided", None, [("ship", 51), ("bird", 47)])


def test_without_groups_the_rule_is_the_same() -> None:
    assert told(said(DIGITS, **{"7": 90, "1": 10})) == ("certain", None, [("7", 90)])
    assert told(said(DIGITS, **{"4": 48, "9": 45, "7": 7})) == ("undecided", None, [("4", 48), ("9", 45)])
    assert told(said(DIGITS, **{"4": 60, "9": 20, "7": 20})) == ("likely", None, [("4", 60)])
    assert told(said(DIGITS, **{"4": 40, "9": 15, "7": 15, "1": 15, "2": 15})) == ("perhaps", None, [("4", 40)])
    assert told(said(DIGITS, **{"4": 30, "9": 26, "7": 24, "1": 20})) == ("perhaps", None, [("4", 30), ("9", 26)])


def test_what_holds_less_than_half_of_all_is_only_perhaps() -> None:
    # 45 of the birds' 80, whose other species are far behind
    verdict = said(THOUSAND, limpkin=45, bittern=9, jay=8, magpie=6, ostrich=6, quail=6, espresso=20)

    assert told(verdict) == ("perhaps", ("bird", 80), [("limpkin", 45)])


def test_a_second_that_is_far_behind_is_no_doubt() -> None:
    # 52 + 25 are convincing together, but 25 is less than half of 52
    assert told(said(DIGITS, **{"4": 52, "9": 25, "7": 23})) == ("likely", None, [("4", 52)])


def test_a_class_may_be_a_group_of_others() -> None:
    classes = ("dog", "beagle", "tabby cat")

    verdict = said(classes, dog=40, beagle=38, tabby_cat=22)

    assert told(verdict) == ("undecided", ("dog", 78), [("dog", 40), ("beagle", 38)])
    assert told(said(classes, dog=90, beagle=10)) == ("certain", None, [("dog", 90)])


def test_of_what_is_no_number_nothing_is_said() -> None:
    assert judge(CIFAR, [math.nan] * 10) is None


def test_what_adds_up_to_a_little_more_than_all_is_told_as_all() -> None:
    verdict = judge(("a", "b"), [1.0000001, 0.0])

    assert verdict == Verdict("certain", None, (Named("a", 1.0),))


@pytest.mark.parametrize("classes", [THOUSAND, CIFAR, DIGITS, ("dog", "beagle", "x", "")])
def test_the_children_of_a_group_share_its_classes_among_them(classes: tuple[str, ...]) -> None:
    def check(node: Node) -> None:
        if node.children:
            below = [index for child in node.children for index in child.classes]
            assert sorted(below) == sorted(node.classes)
            assert len(set(below)) == len(below)
        for child in node.children:
            check(child)

    tree = build_tree(classes)

    check(tree)
    assert sorted(tree.classes) == list(range(len(classes)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[str, ...], list[float]]:
    """Some classes of the thousand or ten, and probabilities of them, some much larger than others."""
    pool = draw(st.sampled_from([THOUSAND, CIFAR, DIGITS]))
    classes = draw(st.lists(st.sampled_from(pool), min_size=2, max_size=12, unique=True))
    logits = [draw(st.floats(-4, 4)) for _ in classes]
    total = math.fsum(map(math.exp, logits))
    return tuple(classes), [math.exp(logit) / total for logit in logits]


@given(cases())
def test_what_is_said_is_true_of_the_sums(case: tuple[tuple[str, ...], list[float]]) -> None:
    """Worked out from the rows alone: sums of all classes that have a group above them."""
    classes, probabilities = case
    sums: dict[str, float] = {}
    for label, probability in zip(classes, probabilities, strict=True):
        for node in {*groups_of(label), label}:
            sums[node] = sums.get(node, 0) + probability
    verdict = judge(classes, probabilities)

    assert verdict is not None
    for named in (*verdict.leading, *filter(None, [verdict.group])):
        assert named.probability == pytest.approx(sums[named.label])
    convincing = {label for label, share in sums.items() if share >= CONVINCING + 1e-9}
    least = verdict.leading[0] if verdict.kind == "certain" else verdict.group
    assert (least is None) == (not convincing) or (least is not None and least.probability < CONVINCING + 1e-9)
    if least is not None and verdict.kind != "certain":
        deeper = {label for label in convincing if least.label in groups_of(label)}
        assert deeper == set()
    if verdict.kind == "certain":
        assert verdict.leading[0].label in classes
    if verdict.kind == "undecided":
        first, second = verdict.leading
        whole = verdict.group.probability if verdict.group else 1
        assert first.probability >= second.probability >= first.probability / 2
        assert first.probability < CONVINCING * whole + 1e-9


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_classes_does_not_matter(
    case: tuple[tuple[str, ...], list[float]], chance: random.Random
) -> None:
    pairs = list(zip(*case, strict=True))
    chance.shuffle(pairs)

    assert judge(*zip(*pairs, strict=True)) == judge(*case)
