"""A network checked, or read from a program's text, and written as programs."""

from typing import Any

from app.core.errors import N_, InvalidValue
from app.core.networks.code import write_network
from app.core.networks.networks import Network, parse_network
from app.core.networks.reading import read_network
from app.core.networks.reports import Limits


def check_description(body: Any, limits: Limits) -> dict[str, Any]:
    """Its report and its programs; a hostile text may take long to read."""
    network = _read(body, limits) if isinstance(body, dict) and "text" in body else parse_network(body, limits)
    return {"network": network.describe()} | network.report.describe() | {"code": write_network(network)}


def _read(body: dict[str, Any], limits: Limits) -> Network:
    if not set(body) <= {"text", "input"}:
        raise InvalidValue(N_("Beside 'text' there can only be 'input'."), field="text")
    return read_network(body["text"], body.get("input"), limits)
