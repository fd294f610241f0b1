"""Verdicts in words, shares as the page writes them, and names beside labels."""

import pytest

from app.web.classification.verdicts import say_verdict, with_names, write_share

DOG, BREED, OTHER = ({"label": label, "probability": share} for label, share in (
    ("dog", 0.85), ("Siberian husky", 0.48), ("Alaskan malamute", 0.41),
))  # fmt: skip


@pytest.mark.parametrize(("kind", "group", "leading", "english", "spanish"), [
    ("certain", None, [BREED], "A Siberian husky (48%).", "Un husky siberiano (48 %)."),
    ("certain", DOG, [BREED], "A dog (85%): a Siberian husky 48%.", "Un perro (85 %): un husky siberiano 48 %."),
    ("likely", DOG, [BREED], "A dog (85%): a Siberian husky 48%.", "Un perro (85 %): un husky siberiano 48 %."),
    ("likely", None, [BREED], "Probably a Siberian husky (48%).", "Probablemente un husky siberiano (48 %)."),
    ("undecided", DOG, [BREED, OTHER],
     "A dog (85%), undecided between a Siberian husky (48%) and an Alaskan malamute (41%).",
     "Un perro (85 %), en duda entre un husky siberiano (48 %) y un malamute de Alaska (41 %)."),
    ("undecided", None, [DOG, BREED], "Undecided between a dog (85%) and a Siberian husky (48%).",
     "En duda entre un perro (85 %) y un husky siberiano (48 %)."),
    ("perhaps", DOG, [BREED], "A dog (85%), perhaps a Siberian husky (48%).",
     "Un perro (85 %), quizá un husky siberiano (48 %)."),
    ("perhaps", DOG, [BREED, OTHER], "A dog (85%), perhaps a Siberian husky (48%) or an Alaskan malamute (41%).",
     "Un perro (85 %), quizá un husky siberiano (48 %) o un malamute de Alaska (41 %)."),
    ("perhaps", None, [BREED], "Not sure: perhaps a Siberian husky (48%).",
     "No está claro: quizá un husky siberiano (48 %)."),
    ("perhaps", None, [BREED, OTHER], "Not sure: perhaps a Siberian husky (48%) or an Alaskan malamute (41%).",
     "No está claro: quizá un husky siberiano (48 %) o un malamute de Alaska (41 %)."),
])  # fmt: skip
def test_every_verdict_has_its_sentence(kind: str, group: dict, leading: list, english: str, spanish: str) -> None:
    verdict = {"kind": kind, "group": group, "leading": leading}

    assert say_verdict(verdict, "en")["sentence"] == english
    assert say_verdict(verdict, "es")["sentence"].replace("\N{NO-BREAK SPACE}", " ") == spanish


@pytest.mark.parametrize(("kind", "group", "leading", "english", "spanish"), [
    ("certain", None, [BREED], "A Siberian husky|48%.", "Un husky siberiano|48 %."),
    ("likely", DOG, [BREED], "Probably a Siberian husky|48%; a dog: 85%.",
     "Probablemente un husky siberiano|48 %; un perro: 85 %."),
    ("undecided", DOG, [BREED, OTHER], "Undecided between Siberian husky and Alaskan malamute|48% and 41%.",
     "En duda entre husky siberiano y malamute de Alaska|48 % y 41 %."),
    ("undecided", None, [DOG, BREED], "Undecided between dog and Siberian husky|85% and 48%.",
     "En duda entre perro y husky siberiano|85 % y 48 %."),
    ("perhaps", DOG, [BREED, OTHER],
     "Perhaps a Siberian husky or an Alaskan malamute|48% and 41%; a dog: 85%.",
     "Quizá un husky siberiano o un malamute de Alaska|48 % y 41 %; un perro: 85 %."),
    ("perhaps", None, [BREED], "Perhaps a Siberian husky|48%.", "Quizá un husky siberiano|48 %."),
])  # fmt: skip
def test_every_verdict_has_a_headline_and_its_shares(
    kind: str, group: dict, leading: list, english: str, spanish: str
) -> None:
    verdict = {"kind": kind, "group": group, "leading": leading}

    for language, expected in (("en", english), ("es", spanish)):
        told = say_verdict(verdict, language)
        assert f"{told['headline']}|{told['shares']}".replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(("share", "english", "spanish"), [
    (0, "0%", "0 %"), (0.0002, "<0.1%", "<0,1 %"), (0.023, "2.3%", "2,3 %"), (0.625, "63%", "63 %"),
    (0.97, "97%", "97 %"), (0.997, "99.7%", "99,7 %"), (0.9998, ">99.9%", ">99,9 %"), (1, "100%", "100 %"),
])  # fmt: skip
def test_shares_are_written_as_on_the_page(share: float, english: str, spanish: str) -> None:
    assert write_share(share, "en") == english
    assert write_share(share, "es").replace("\N{NO-BREAK SPACE}", " ") == spanish


def test_a_name_stands_beside_every_label_at_any_depth() -> None:
    found = with_names({"predictions": [{"label": "acorn"}], "seen": "data:"}, "es")

    assert found == {"predictions": [{"label": "acorn", "name": "bellota"}], "seen": "data:"}


def test_a_class_of_ones_own_is_said_as_it_is_written() -> None:
    verdict = {"kind": "certain", "group": None, "leading": [{"label": "50 % off", "probability": 1.0}]}

    assert say_verdict(verdict, "en")["sentence"] == "50 % off (100%)."
