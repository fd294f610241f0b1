"""The settings: read from the environment, frozen, documented."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings

DOCUMENT = Path(__file__).parents[1] / "docs" / "settings.md"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_ALLOWED_HOSTS", '["class.example.org"]')
    monkeypatch.setenv("PLAYGROUND_WORKERS", "3")

    settings = Settings()

    assert settings.allowed_hosts == ("class.example.org",)
    assert settings.workers == 3


def test_a_setting_cannot_be_changed_later() -> None:
    with pytest.raises(ValidationError):
        Settings().workers = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"), [("workers", 0), ("image_pixels", 0), ("log_format", "xml"), ("surprise", 1)]
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Settings(**{name: value})


@pytest.mark.parametrize(
    "origin",
    ["*", "moodle.example.org", "https://", "https://a.example/path", "https://a.example; script-src *", "https://a b",
     "https://*", "javascript://a.example", "https://a.example\n", "'self'", ""],
)  # fmt: skip
def test_what_is_no_origin_may_not_embed(origin: str) -> None:
    with pytest.raises(ValidationError, match="is no origin"):
        Settings(embed=(origin,))


def test_every_setting_says_why_it_exists_and_is_in_the_document() -> None:
    documented = set(re.findall(r"^\| `PLAYGROUND_(\w+)`", DOCUMENT.read_text("utf-8"), re.MULTILINE))

    assert documented == {name.upper() for name in Settings.model_fields}
    assert all(field.description for field in Settings.model_fields.values())
