"""What visitors call things: one clean line for everybody, in which nothing turns or hides the text around it."""

import re

# spaces and controls; what is not seen, joins, or turns the direction of writing; halves of characters
_UNPRINTED = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]+"
)


def clean_title(text: str) -> str:
    """One line of what can be seen; empty where nothing is left."""
    return _UNPRINTED.sub(" ", text).strip()
