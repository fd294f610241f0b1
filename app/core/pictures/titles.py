"""What visitors call things: one clean line for everybody, in which nothing turns or hides the text around it."""

import re
from collections.abc import Iterable
from itertools import chain
from unicodedata import bidirectional, category, combining

# spaces and controls; what is not seen, joins, or turns the direction of writing; halves of characters
_UNPRINTED = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]|[\u200c\u200d]"
)
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_VIRAMA = 9  # canonical combining class: the mark that takes a consonant's vowel in the scripts of India
_NEAR = 16  # characters that a joiner is judged by: a name may be a megabyte of joiners
_LOOKS = "\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"  # in color, and the tones of skin


def clean_title(text: str) -> str:
    """One line of what can be seen, with the joiners that belong to it; empty where nothing is left."""
    return " ".join(_UNPRINTED.sub(_joiner_or_space, text).split())


def _joiner_or_space(found: re.Match[str]) -> str:
    """A joiner stays where writing needs it (RFC 5892, A.1 and A.2; UTS 51, 2.3), and nowhere else."""
    if found[0] not in (_NON_JOINER, _JOINER):
        return " "
    place, behind = found.span()
    before, after = found.string[max(place - _NEAR, 0) : place], found.string[behind : behind + _NEAR]
    is_indic = _VIRAMA in (combining(before[-1:] or " "), combining(after[:1] or " "))
    is_arabic = bidirectional(_letter(reversed(before))) == bidirectional(_letter(after)) == "AL"
    is_picture = category(before.rstrip(_LOOKS)[-1:] or " ") == category(after[:1] or " ") == "So"
    return found[0] if is_indic or is_arabic or (is_picture and found[0] == _JOINER) else " "


def _letter(characters: Iterable[str]) -> str:
    """The first that is no mark upon another; a space where there is none."""
    return next(character for character in chain(characters, " ") if not combining(character))
