"""How selective the layers of a shipped network are, over HTTP."""

from starlette.testclient import TestClient


def test_every_convolution_has_its_measured_selectivity_in_order(client: TestClient) -> None:
    layers = client.get("/api/models/digits").json()["layers"]

    told = client.get("/api/models/digits/selectivity").json()

    assert [row["layer"] for row in told["layers"]] == [row["name"] for row in layers if row["type"] == "conv2d"]
    assert all(0 <= row["orientation_index"] <= 1 for row in told["layers"])
    assert told["looked_at"] > 0


def test_an_unknown_network_has_none(client: TestClient) -> None:
    response = client.get("/api/models/nobody/selectivity")

    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
