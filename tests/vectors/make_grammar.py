"""Makes grammar.json, what the server tells each page of its address, for the tests of the scripts that read it.

Run it from the root after a change of a grammar: python -m tests.vectors.make_grammar
"""

import json
from pathlib import Path

from app.web.rooms import ROOMS

PLACE = Path(__file__).parent / "grammar.json"


def told() -> str:
    """The file's text: a field a line."""
    rooms = {room.name: [json.dumps(field, ensure_ascii=False) for field in room.grammar.describe()] for room in ROOMS}
    lists = [f'  "{name}": [\n    ' + ",\n    ".join(fields) + "\n  ]" for name, fields in rooms.items()]
    return "{\n" + ",\n".join(lists) + "\n}\n"


if __name__ == "__main__":
    PLACE.write_text(told(), "utf-8")
