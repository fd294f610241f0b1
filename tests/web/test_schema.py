"""Schemathesis sends every call what our description allows, and what it does not: never a 5xx, only what is told."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from app.main import create_app
from tests.browser.conftest import running_server

CHECKS = (not_a_server_error, content_type_conformance, status_code_conformance)
OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(create_app().openapi()).get_all_operations()]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own."""
    with running_server(tmp_path_factory.mktemp("data")) as address:
        yield address


CALLS = [
    pytest.param(operation, mode, id=f"{operation.label} {mode.value}")
    for operation in OPERATIONS
    for mode in GenerationMode
    if mode == GenerationMode.POSITIVE or len(operation.body)  # what takes nothing cannot be sent anything wrong
]


@pytest.mark.parametrize(("operation", "mode"), CALLS)
def test_no_call_breaks_the_server(
    address: str, operation: schemathesis.schemas.APIOperation, mode: GenerationMode
) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    def send(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=address, checks=CHECKS, timeout=30)

    send()
