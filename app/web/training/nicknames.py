"""What a visitor is called on the board: an animal of a place, from a fixed list, found from what tells visitors apart.

Nobody chooses it, so nobody writes something on the projector.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

LIST = Path(__file__).with_name("nicknames.tsv")
COLUMNS = {"en": 1, "es": 2}


def nickname(visitor: str, language: str) -> str:
    """In that language, such as "River otter" and "Nutria de río": the same animal of the same place."""
    animals, places = read_list()
    number = int.from_bytes(sha256(f"nickname {visitor}".encode()).digest()[:6], "big")
    animal, place = animals[number % len(animals)], places[number // len(animals) % len(places)]
    column = COLUMNS[language]
    words = (place[column], animal[column]) if language == "en" else (animal[column], place[column])
    return " ".join(words).capitalize()


@cache
def read_list() -> tuple[list[list[str]], list[list[str]]]:
    """Rows (kind, English, Spanish): of animals, and of places."""
    rows = [line.split("\t") for line in LIST.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [row for row in rows if row[0] == "animal"], [row for row in rows if row[0] == "place"]
