"""compose.yaml and kubernetes/: they are read, name only settings that there are, and run nothing as root.

Whether they start is tried by hand (docs/deploy.md); here is what a slip of the pen breaks.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.commands.starting import check_cluster, check_secret
from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if "PLAYGROUND_IMAGE" in service["image"]}
KUBERNETES = {path: list(yaml.safe_load_all(path.read_text("utf-8"))) for path in DEPLOY.glob("kubernetes/*.yaml")}
OBJECTS = [one for documents in KUBERNETES.values() for one in documents]
EXAMPLE = dict(
    line.split("=", 1) for line in (DEPLOY / "example.env").read_text("utf-8").splitlines() if re.match(r"\w+=", line)
)
DEFAULTED = {"PLAYGROUND_IMAGE", "PROXY_IMAGE", "POSTGRES_IMAGE", "STORE_IMAGE", "TORCH_INDEX"}


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [one for one in OBJECTS if one["kind"] == kind]


def pods() -> Iterator[dict[str, Any]]:
    """Every pod's description, wherever it stands."""
    for one in OBJECTS:
        if one["kind"] in ("Deployment", "Job"):
            yield one["spec"]["template"]["spec"]
        if one["kind"] == "RayCluster":
            yield one["spec"]["headGroupSpec"]["template"]["spec"]
            yield from (group["template"]["spec"] for group in one["spec"]["workerGroupSpecs"])


def read(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What the app makes of it; a name that it does not know is none of its settings."""
    given = {name: value for name, value in environment.items() if name.startswith("PLAYGROUND_")}
    known = {f"PLAYGROUND_{name}".upper() for name in Settings.model_fields}
    assert set(given) <= known, set(given) - known
    for name, value in given.items():
        monkeypatch.setenv(
            name, re.sub(r"\$\{(\w+)(:?[-?][^}]*)?\}", lambda found: EXAMPLE.get(found[1]) or "x" * 32, value)
        )
    return Settings()


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    text = re.sub(r"^\s*#.*$", "", (DEPLOY / "compose.yaml").read_text("utf-8"), flags=re.MULTILINE)
    used = set(re.findall(r"\$\{(\w+)", text))

    assert used - DEFAULTED == set(EXAMPLE)
    assert all(f"${{{name}:?" in text for name, value in EXAMPLE.items() if not value), "what is secret has no default"


@pytest.mark.parametrize("name", ["web-1", "web-2"])
def test_the_settings_of_each_service_can_be_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(SERVICES[name]["environment"], monkeypatch)

    check_secret(settings)
    check_cluster(settings)
    assert settings.cluster is not None


def test_each_service_has_those_secrets_that_it_needs() -> None:
    secrets = {"PLAYGROUND_SECRET", "PLAYGROUND_DATABASE", "AWS_SECRET_ACCESS_KEY", "RAY_AUTH_TOKEN"}
    given = {name: secrets & set(SERVICES[name]["environment"]) for name in OURS}

    assert given == {
        "web-1": secrets,
        "web-2": secrets,
        "migrate": {"PLAYGROUND_DATABASE"},
        "ray-head": {"RAY_AUTH_TOKEN"},
        "ray-worker": secrets - {"PLAYGROUND_SECRET"},
    }


def test_so_has_each_pod() -> None:
    given = {}
    for pod in pods():
        for container in pod["containers"]:
            whole = {entry["secretRef"]["name"] for entry in container.get("envFrom", ()) if "secretRef" in entry}
            single = {entry["name"] for entry in container["env"] if "secretKeyRef" in entry.get("valueFrom", {})}
            given[container["name"]] = whole | single
    kept = {secret["metadata"]["name"]: set(secret["stringData"]) for secret in of_kind("Secret")}

    assert given == {
        "web": {"playground", "stores", "RAY_AUTH_TOKEN"},
        "migrate": {"PLAYGROUND_DATABASE"},
        "ray-head": set(),
        "ray-worker": {"stores"},
    }
    assert kept["playground"] == {"PLAYGROUND_SECRET"}
    assert {"PLAYGROUND_DATABASE", "AWS_SECRET_ACCESS_KEY"} <= kept["stores"]
    assert set(kept) == {"playground", "stores"}


def test_nothing_of_the_compose_file_may_more_than_it_must() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "mem_limit" in service, name
        assert "healthcheck" in service or name in ("web-1", "web-2"), "the image has its own"
    assert {name for name, service in SERVICES.items() if "user" not in service} - OURS == {"store"}
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inner"]["internal"] is True


def test_migrations_come_before_servers_and_both_servers_stand_behind_the_proxy() -> None:
    proxied = re.search(r"reverse_proxy (.+?) \{", (DEPLOY / "Caddyfile").read_text("utf-8"))

    assert proxied
    assert proxied[1].split() == ["web-1:8000", "web-2:8000"]
    assert SERVICES["web-1"] == SERVICES["web-2"]
    assert SERVICES["web-1"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["command"][-1] == "migrate"
    address = SERVICES["proxy"]["networks"]["inner"]["ipv4_address"]
    assert SERVICES["web-1"]["environment"]["PLAYGROUND_TRUSTED_PROXIES"] == f'["{address}"]'


def test_ray_is_of_the_release_that_is_installed() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]

    assert f"ray=={of_kind('RayCluster')[0]['spec']['rayVersion']}" in groups["cluster"]


def test_the_settings_of_kubernetes_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, str] = {}
    for one in of_kind("ConfigMap") + of_kind("Secret"):
        given |= {name: value or "x" * 32 for name, value in (one.get("data") or one["stringData"]).items()}
    web = next(container for pod in pods() for container in pod["containers"] if container["name"] == "web")
    given |= {entry["name"]: entry["value"] for entry in web["env"] if "value" in entry}

    read_ones = read(given, monkeypatch)

    check_secret(read_ones)
    check_cluster(read_ones)
    assert read_ones.trusted_proxies
    assert read_ones.cluster == f"ray://{of_kind('RayCluster')[0]['metadata']['name']}-head-svc:10001"


def test_no_pod_is_root_or_writes_beside_its_volumes() -> None:
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False
            assert own["capabilities"] == {"drop": ["ALL"]}
            assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/data", "/tmp"}
            assert {mount["name"] for mount in container["volumeMounts"]} == {
                volume["name"] for volume in pod["volumes"]
            }
            assert "memory" in container["resources"]["limits"]
            assert container["image"].rpartition("/")[2].startswith("convolution-playground")


def test_what_is_asked_of_a_server_is_answered() -> None:
    paths = set(create_app(Settings()).openapi()["paths"])
    for pod in pods():
        for container in pod["containers"]:
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                if "httpGet" in container.get(probe, {}):
                    assert container[probe]["httpGet"]["path"] in paths


def test_selectors_find_the_pods_they_are_for() -> None:
    (deployment,) = of_kind("Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    (budget,), (scaler,) = of_kind("PodDisruptionBudget"), of_kind("HorizontalPodAutoscaler")
    service = next(one for one in of_kind("Service") if one["metadata"]["name"] == "web")

    assert deployment["spec"]["selector"]["matchLabels"] == labels == budget["spec"]["selector"]["matchLabels"]
    assert service["spec"]["selector"] == labels
    assert scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert scaler["spec"]["minReplicas"] > budget["spec"]["minAvailable"]
    cluster = of_kind("RayCluster")[0]["spec"]
    templates = [cluster["headGroupSpec"]["template"], *(group["template"] for group in cluster["workerGroupSpecs"])]
    wanted = of_kind("NetworkPolicy")[0]["spec"]["podSelector"]["matchLabels"].items()
    assert all(wanted <= template["metadata"]["labels"].items() for template in templates)


def test_a_server_has_time_to_stop() -> None:
    (deployment,) = of_kind("Deployment")
    pod = deployment["spec"]["template"]["spec"]
    waits = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])

    assert pod["terminationGracePeriodSeconds"] >= waits + Settings().shutdown_seconds + 10
    assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_all_files_but_the_job_and_the_secret_are_applied_together() -> None:
    (kustomization,) = of_kind("Kustomization")
    names = {path.name for path in KUBERNETES}

    assert set(kustomization["resources"]) == names - {"kustomization.yaml", "migrate.yaml", "secret.example.yaml"}
