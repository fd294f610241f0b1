"""What the API says of itself, for Babel (see babel.cfg): the sentences and tags of its OpenAPI document.

They stand in docstrings and fields all over the app; the document has each as it is shown. The app is that of the
folder in which Babel was started: `python -m babel.messages.frontend`, not `pybabel`.
"""

from collections.abc import Iterator
from typing import Any

from app.main import create_app
from app.web.docs import retell


def extract(*_: Any, **__: Any) -> Iterator[tuple[int, None, str, list[str]]]:
    """As Babel asks for them, whatever file it was given."""
    return ((1, None, sentence, []) for sentence in sentences_of(create_app().openapi()))


def sentences_of(document: dict[str, Any]) -> list[str]:
    """Each once, in the order of the document."""
    found: dict[str, None] = {}

    def hear(sentence: str) -> str:
        found[sentence] = None
        return sentence

    retell(document, hear)
    return list(found)
