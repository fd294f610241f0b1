"""What is said of how a text was read. It does not know how that is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TAKEN, CHANGED, LEFT = "taken", "changed", "left_out"


@dataclass(frozen=True)
class Note:
    """One sentence on how the text was read: "taken", "changed" or "left_out"."""

    kind: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
