"""A network's report: what it says is tried in test_networks; here, how often it is worked out."""

import pickle

import pytest

from app.core.networks import networks
from app.core.networks.networks import parse_network
from app.core.networks.presets import find_preset
from app.core.networks.reports import write_report
from app.core.networks.residual import trace


def test_a_report_is_written_once_and_goes_with_its_network(monkeypatch: pytest.MonkeyPatch) -> None:
    described = find_preset("residual").network.describe()
    written: list[object] = []
    monkeypatch.setattr(networks, "write_report", lambda *given: written.append(given) or write_report(*given))

    network = parse_network(described)
    sent = pickle.loads(pickle.dumps(network))

    assert sent == network
    assert sent.report == network.report == write_report(network.input, trace(network.input, network.layers))
    assert len(written) == 1
