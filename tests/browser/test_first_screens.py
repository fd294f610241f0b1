"""The first screen of every network, and every bundled photo: what it says is right, or it says that it is not sure."""

from typing import Any

import pytest
from playwright.sync_api import expect

from app.core.datasets.nouns import groups_of
from app.core.pictures.samples import SAMPLES
from tests.browser.calls import get, post
from tests.browser.conftest import Open
from tests.browser.inside import ready

PHOTOS = [name for name, sample in SAMPLES.items() if sample.family == "photograph"]
SHOWN = {  # what is on them, of which a network may say any, or a kind of it; an astronaut is no class of any
    "camera": {"tripod", "reflex camera", "Polaroid camera"},
    "cat": {"cat"},
    "coffee": {"espresso", "coffee mug", "cup"},
    "rocket": {"missile", "projectile", "space shuttle"},
}


def is_right(sample: str, verdict: dict[str, Any]) -> bool:
    """Whether the first thing that is said of a photo is on it."""
    label = verdict["leading"][0]["label"]
    return not SHOWN.get(sample, set()).isdisjoint({label, *groups_of(label)})


def is_doubted(answer: dict[str, Any]) -> bool:
    """Whether the page says that the picture is unlike what was learned, or that it is not sure."""
    return answer["familiar"] is False or answer["verdict"]["kind"] in ("undecided", "perhaps")


def models(server: str) -> list[str]:
    return [card["name"] for card in get(f"{server}/api/models").json()["models"]]


def test_every_network_is_right_about_a_bundled_photo_or_says_that_it_is_not_sure(server: str) -> None:
    wrong = set()
    for model in models(server):
        for sample in PHOTOS:
            answer = post(f"{server}/api/models/{model}/classifications", data={"sample": sample}).json()
            if not is_right(sample, answer["verdict"]) and not is_doubted(answer):
                wrong.add((model, sample))

    assert wrong == set()


@pytest.mark.parametrize("model", ["best", "explain", "digits", "photos"])
def test_the_first_screen_says_what_the_network_is_asked_for_and_how_far_to_trust_it(
    open_page: Open, server: str, model: str
) -> None:
    if model not in models(server):
        pytest.fail(f"{model} is not set up: python -m app adopt models/{model}")
    page = open_page(f"/classify?model={model}")
    ready(page)

    if page.locator("#offer").is_visible():  # it starts with a picture of its own kind
        page.click("#offer")
        expect(page.locator("#truth")).to_have_text("The photo shows a cat.")
    answer = post(f"{server}/api/models/{model}/classifications", data={"sample": "cat"}).json()

    assert is_right("cat", answer["verdict"]) or is_doubted(answer)
    expect(page.locator("#said")).to_have_text(answer["verdict"]["headline"])
    expect(page.locator("#shares")).to_have_text(answer["verdict"]["shares"])
    page.click("#trust > summary")
    told = page.inner_text("#familiarity")
    assert ("Unlike its training pictures." in told) is (answer["familiar"] is False)
    assert "Nothing unusual" not in told
    assert (page.locator(".opinion").count() == 1) is (answer["second_opinion"] == "photos")


def test_a_second_opinion_is_one_click_away(open_page: Open, server: str) -> None:
    page = open_page("/classify?model=best&sample=coffee")
    ready(page)

    page.click("#trust > summary")
    page.click(".opinion button")

    said = post(f"{server}/api/models/photos/classifications", data={"sample": "coffee"}).json()["verdict"]["sentence"]
    expect(page.locator(".opinion")).to_have_text(f"“photos” sees: {said}")
