"""What the pages are told over HTTP, in the visitor's language."""

from starlette.testclient import TestClient

from app.core.networks.parsing import TYPES


def test_every_type_of_layer_is_told(client: TestClient) -> None:
    told = client.get("/api/layers").json()

    assert [row["type"] for row in told["types"]] == list(TYPES)
    assert told["types"][0]["parameters"] == [
        "*",
        "filters",
        ["+", ["*", ["prod", "kernel_size"], "channels"], "use_bias"],
    ]


def test_words_follow_the_language_and_arithmetic_does_not(client: TestClient) -> None:
    english, spanish = (client.get("/api/layers", headers={"Accept-Language": name}).json() for name in ("en", "es"))

    titles = [[row["title"] for row in told["types"]] for told in (english, spanish)]
    formulas = [[row["parameters"] for row in told["types"]] for told in (english, spanish)]
    assert (titles[0][3], titles[1][3]) == ("residual block", "bloque residual")
    assert formulas[0] == formulas[1]
