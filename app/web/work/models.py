"""A network that was sent in, kept and told."""

from pathlib import Path
from typing import Any

from app.core.classification.arrivals import keep_model
from app.core.classification.models import describe_model
from app.core.classification.sent import Described, ModelLimits
from app.core.shares import Holder


def keep_sent(
    weights: Path, said: Described, name: str, folder: Path, limits: ModelLimits, holder: Holder
) -> dict[str, Any]:
    """Its card with the layers."""
    return describe_model(keep_model(weights, said, name, folder, limits, holder))
