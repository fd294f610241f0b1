"""The names of classes and their groups: complete, told apart, and as WordNet has them."""

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from app.core.datasets import nouns as table
from app.core.datasets.builtin import BUILTIN
from app.core.datasets.nouns import groups_of, imagenet_classes, name_of, nouns, phrase_of

ROOT = Path(__file__).parents[3]
WORDNET = json.loads((ROOT / "tests/vectors/wordnet.json").read_text("utf-8"))["synsets"]
FOLDER = Path(table.__file__).parent
THOUSAND = [nouns()[label] for label in imagenet_classes()]
LANGUAGES = ("en", "es")

# Where we say what is seen on the pictures, or what people say, and WordNet something else.
OURS = {
    "an animal with tusks, on all pictures an elephant": ["tusker"],
    "a dog of its own in WordNet, whose gloss calls it a sled dog": ["husky"],
    "a procyonid in WordNet; zoology has made it a bear": ["giant panda"],
    "eaten in WordNet, growing on the pictures": ["mushroom"],
    "a punch in WordNet, a vessel on the pictures": ["cup"],
    "a choice of dishes in WordNet, a card on the pictures": ["menu"],
    "a lens to burn with in WordNet, worn on the pictures": ["dark glasses"],
    "a support of a bridge in WordNet, where boats land on the pictures": ["pier"],
    "an oven before a fire in WordNet, a pot on the pictures": ["Dutch oven"],
    "a theater in WordNet, loudspeakers and a screen on the pictures": ["home theater"],
    "communication in WordNet, things on the pictures": ["street sign", "traffic light", "toilet paper"],
    "found elsewhere than its like in WordNet": [
        "bell tower", "breastplate", "broom", "carbonara", "castle", "cloak", "computer mouse", "CRT screen",
        "drilling platform", "grocery store", "hockey puck", "ladle", "loudspeaker", "mop", "Pickelhaube",
        "plate of food", "prison", "projector", "racket", "radio", "remote control", "ski", "ski mask", "slide rule",
        "stage", "stove", "strainer", "television", "tool kit", "water tower", "wooden spoon",
    ],
    "covering in WordNet, part of what people wear, or of a house": ["footwear", "roof"],
    "a table lamp is furniture in WordNet, and gives light": ["lamp"],
}  # fmt: skip
TWINS = [
    ("crane (bird)", "construction crane"), ("leotard", "one-piece swimsuit"), ("missile", "projectile"),
    ("cardigan", "Cardigan Welsh corgi"), ("sunglasses", "dark glasses"), ("corn", "ear of corn"),
    ("drake", "goose"), ("kite (bird)", "bald eagle"), ("husky", "Siberian husky"), ("tabby cat", "tiger cat"),
    ("laptop computer", "notebook computer"), ("monitor", "CRT screen"), ("mushroom", "agaric"),
    ("marmoset", "titi monkey"), ("spoonbill", "spatula"), ("cup", "coffee mug"), ("padlock", "combination lock"),
]  # fmt: skip


@cache
def above(synset: str) -> set[str]:
    """The synset and all that is above it."""
    return {synset}.union(*(above(other) for other in WORDNET[synset][1]))


def test_there_are_a_thousand_in_imagenets_order() -> None:
    with (FOLDER / "imagenet.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))

    assert [row["index"] for row in rows] == [str(index) for index in range(1000)]
    assert [row["wordnet"] for row in rows] == sorted({row["wordnet"] for row in rows})  # ImageNet's order is theirs
    assert [row["label"] for row in rows] == list(imagenet_classes())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_of_a_language_are_called_the_same(language: str) -> None:
    names = Counter(noun.names[language].casefold() for noun in THOUSAND)

    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("twins", TWINS)
def test_twins_are_told_apart_in_both_languages(twins: tuple[str, str]) -> None:
    assert all(len({name_of(label, language) for label in twins}) == 2 for language in LANGUAGES)


def test_no_two_nouns_have_one_label() -> None:
    rows = [len((FOLDER / name).read_text("utf-8").splitlines()) - 1 for name in ("nouns.tsv", "imagenet.tsv")]

    assert len(nouns()) == sum(rows)


def test_a_label_fits_into_a_question() -> None:
    assert all(0 < len(label) <= 64 and label == label.strip() for label in nouns())


def test_articles_are_those_of_the_language() -> None:
    english = [noun.phrases["en"].split()[:2] for noun in nouns().values() if noun.phrases["en"] != noun.label]
    spanish = [noun.phrases["es"] for noun in nouns().values()]

    sounds = re.compile(r"[aeioAEIO](?!urop|ne-)|u(?!ni)|hour")  # behind "an": an umbrella, a unicycle
    assert [pair for pair in english if pair[0] != ("an" if sounds.match(pair[1]) else "a")] == []
    assert [text for text in spanish if re.match(r"(el|la|los|las) ", text) or text != text.strip()] == []


def test_spanish_names_are_lower_case() -> None:
    assert {noun.names["es"] for noun in nouns().values() if not noun.names["es"][0].islower()} == {"Ford T"}


def test_every_group_leads_to_the_top() -> None:
    for noun in nouns().values():
        assert all(group in nouns() for group in groups_of(noun.label))

    assert groups_of("Labrador retriever") == (
        "animal", "mammal", "carnivore", "canine", "dog", "gun dog", "retriever",
    )  # fmt: skip
    assert groups_of("convertible") == ("object", "vehicle", "motor vehicle", "car")
    assert groups_of("lemon") == ("food", "fruit")
    assert [groups_of(label)[-1] for label in ("tractor", "teapot", "golf ball", "minivan", "cup")] == [
        "vehicle", "kitchen utensil", "ball", "car", "container",
    ]  # fmt: skip  # WordNet has more than one way up: what they are for, not that things fit into them


def test_groups_are_above_their_members_in_wordnet() -> None:
    found = {noun.label for noun in nouns().values() if noun.group and noun.wordnet}
    found -= {noun.label for noun in nouns().values() if noun.group and _is_below(noun.wordnet, noun.group)}

    assert found == {label for labels in OURS.values() for label in labels}


def _is_below(synsets: tuple[str, ...], group: str) -> bool:
    return all(above(synset) & set(nouns()[group].wordnet) for synset in synsets)


def test_wordnet_has_a_word_of_every_synset_of_ours() -> None:
    """Spot checks that ids and names are of one row: what WordNet calls the synset first."""
    words = {label: WORDNET[nouns()[label].wordnet[0]][0] for label in ("tench", "espresso", "dog", "toilet paper")}

    assert words == {"tench": "tench", "espresso": "espresso", "dog": "dog", "toilet paper": "toilet_tissue"}


def test_every_class_of_our_sets_has_a_name_or_is_a_digit() -> None:
    labels = {label for known in BUILTIN.values() for label in known.classes}

    assert {label for label in labels if label not in nouns()} == set("0123456789")


def test_a_visitors_own_class_is_called_as_they_call_it() -> None:
    assert (name_of("my cat Tom", "es"), phrase_of("my cat Tom", "es"), groups_of("my cat Tom")) == (
        "my cat Tom", "my cat Tom", (),
    )  # fmt: skip


def test_names_lose_their_article_and_phrases_keep_it() -> None:
    assert (name_of("bald eagle", "es"), phrase_of("bald eagle", "es")) == ("águila calva", "un águila calva")
    assert (name_of("sunglasses", "es"), phrase_of("sunglasses", "en")) == ("gafas de sol", "sunglasses")
    assert (name_of("broccoli", "es"), phrase_of("broccoli", "es")) == ("brócoli", "brócoli")
