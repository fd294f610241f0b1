"""What is left of a name."""

import pytest

from app.core.pictures.titles import clean_title

FAMILY, RUNNER = "👨‍👩‍👧‍👦", "🏃🏽‍♀️"
NAMES = [
    "می‌خواهم",  # Persian: a word and its prefix
    "స్టాక్‌మార్కెట్‌",  # Telugu: a consonant alone, in the middle and at the end
    "ක්‍ෂ",  # Sinhala: a consonant that joins the next
    "র‍্যাম",  # Bengali: before the virama
    FAMILY,
    f"Cats {FAMILY} {RUNNER}",
    "🏳️‍🌈",
]


@pytest.mark.parametrize("name", NAMES)
def test_joiners_stay_where_writing_needs_them(name: str) -> None:
    assert "\u200c" in name or "\u200d" in name
    assert clean_title(f"  {name}\n") == name


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("\u200d", ""),
        ("\u200c \u200d", ""),
        ("An\u200dna", "An na"),
        ("می\u200c", "می"),
        ("\u200c\u200cمی", "می"),
        (f"{FAMILY}\u200d", FAMILY),
        ("👨\u200c👩", "👨 👩"),
        ("می\u200c\u202eخواهم", "می خواهم"),
        ("\u202eabc\u2066d\ufeff", "abc d"),
        ("\u0301\u200d", "\u0301"),
    ],
)
def test_they_go_where_they_are_alone_or_hide_in_a_word(name: str, left: str) -> None:
    assert clean_title(name) == left
