"""JSON that a visitor sent: its writing, nesting and syntax are judged here; what it means is the core's knowledge.

It does not know where the text came from. A megabyte can take half a second: what is long is read in a worker.
"""

import json
import re
import sys
from typing import Any

from app.core.errors import N_
from app.web.refusals import MalformedRequest

MAXIMUM_DEPTH = 32
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^][]+")


class NoJson(MalformedRequest):
    """A text that does not follow the grammar."""


def parse_json(sent: bytes | str) -> Any:
    """The value; NaN and Infinity come as such, and no rule of ours lets them pass. Raises MalformedRequest.

    A byte order mark is no part of it: RFC 8259 lets a reader ignore one.
    """
    try:
        text = (sent.decode() if isinstance(sent, bytes) else sent).removeprefix("\ufeff")
        value = json.loads(text)
    except UnicodeDecodeError:
        raise NoJson(N_("The JSON is not written in UTF-8.")) from None
    except json.JSONDecodeError:
        raise NoJson(N_("This is not valid JSON.")) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # Python counts the digits of whole numbers before it reads them
        raise MalformedRequest(
            N_("A whole number in the JSON has more than %(limit)d digits."), limit=sys.get_int_max_str_digits()
        ) from None
    if _is_deep(text):
        raise _too_deep()
    return value


def _is_deep(text: str) -> bool:
    """Whether brackets are left when the innermost pairs are taken away as often as they may be nested."""
    brackets = _NO_BRACKETS.sub("", _STRING.sub("", text).replace("{", "[").replace("}", "]"))
    for _ in range(MAXIMUM_DEPTH):
        brackets = brackets.replace("[]", "")
    return bool(brackets)


def _too_deep() -> MalformedRequest:
    return MalformedRequest(N_("The JSON is nested more than %(limit)d deep."), limit=MAXIMUM_DEPTH)
