"""What operators and scripts ask the server."""

from pathlib import Path

from starlette.testclient import TestClient

from tests.web.logged_runs import quiet_client, submit


def test_the_server_says_that_it_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_server_whose_cluster_does_not_answer_is_ready_says_so_and_takes_orders(tmp_path: Path) -> None:
    with quiet_client(tmp_path, runs_at_once=2, cluster="127.0.0.1:1") as client:
        ready = client.get("/readyz")
        run = submit(client)

    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "cluster": "unreachable"})
    assert run["state"] == "queued"


def test_the_limits_are_those_of_the_design(client: TestClient) -> None:
    limits = client.get("/api/limits").json()

    assert limits["image"] == {
        "bytes": 20 * 1024 * 1024,
        "pixels": 16_777_216,
        "reduced_pixels": 67_108_864,
        "side": 16_384,
        "formats": ["PNG", "JPEG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF", "JPEG2000", "ICO", "PPM"],
    }
    assert limits["kernel"]["side"] == 63
    assert limits["kernel"]["weight"] == 1e6
    assert limits["json"] == {"bytes": 1024 * 1024, "depth": 32, "field_characters": 128 * 1024}


def test_metrics_count_requests_by_route_template(client: TestClient) -> None:
    client.get("/api/samples/camera")

    metrics = client.get("/metrics").text

    assert 'handler="/api/samples/{name}"' in metrics
    assert "camera" not in metrics


def test_every_kind_of_problem_is_described(client: TestClient) -> None:
    problems = client.get("/api/problems", headers={"Accept-Language": "es"}).json()["problems"]

    named = {problem["name"]: problem for problem in problems}
    assert {"not-found", "invalid-value", "picture-too-large", "internal-error"} <= set(named)
    assert named["not-found"] == {"name": "not-found", "status": 404, "title": "No encontrado"}


def test_runs_and_viewers_are_counted_for_prometheus(tmp_path: Path) -> None:
    with quiet_client(tmp_path) as client:
        submit(client)
        told = client.get("/metrics").text

    assert 'playground_runs{state="queued"} 1.0' in told
    assert 'playground_runs{state="running"} 0.0' in told
    assert "playground_event_streams 0.0" in told
