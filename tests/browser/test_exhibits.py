"""What stands beside the cards of the lecture: large, whole, in the theme's colors, and the card's own."""

import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Frame, expect

from tests.browser.conftest import Open
from tests.browser.exhibits import PHONE, PROJECTOR, exhibit

pytestmark = pytest.mark.browser

BOXES = """(parts) => parts.filter((part) => part.checkVisibility({ visibilityProperty: true })).map((part) => {
  const { left, right, top, bottom } = part.getBoundingClientRect();
  return { left, right, top, bottom };
})"""
# Numbers at the curves' ends and the name of the line across, watched while a recording plays.
WATCH = """() => {
  window.touched = [];
  window.looks = 0;
  const boxOf = (part) => part.getBoundingClientRect();
  const look = () => {
    for (const ends of document.querySelectorAll("chart-ends")) {
      const name = ends.querySelector(".level-name");
      if (!name.checkVisibility()) continue;
      const [own, ...taken] = [name, ...ends.querySelectorAll(".end")].map(boxOf);
      window.looks += 1;
      for (const one of taken)
        if (one.left < own.right && own.left < one.right && one.top < own.bottom && own.top < one.bottom)
          window.touched.push([own.left, own.top, one.left, one.top].map(Math.round).join(" "));
    }
  };
  setInterval(look, 20);
}"""


def boxes(frame: Frame, selector: str) -> list[dict[str, float]]:
    """Of what is seen of it."""
    found: list[dict[str, float]] = frame.locator(selector).evaluate_all(BOXES)
    return found


@pytest.mark.parametrize("card", ["1#photo", "1#uses", "5#maps", "7#world"])
def test_a_network_fills_its_frame_and_its_heads_lie_apart(open_page: Open, card: str) -> None:
    frame = exhibit(open_page(f"/lessons/{card[0]}?lang=es{card[1:]}", viewport=PROJECTOR))
    expect(frame.locator("answer-rows li").first).to_be_visible()
    expect(frame.locator(".column .map canvas >> visible=true").first).to_be_visible()

    height = frame.evaluate("innerHeight")
    [strip] = boxes(frame, ".strip")
    assert height - 16 <= strip["bottom"] <= height
    for heads in (boxes(frame, ".column .unfold"), boxes(frame, ".column > .more")):
        assert all(one["right"] <= other["left"] for one, other in pairwise(heads)), heads


def test_in_the_dark_signed_pictures_lie_on_its_own_paper(open_page: Open) -> None:
    frame = exhibit(open_page("/lessons/5#chain", viewport=PROJECTOR, color_scheme="dark"))
    expect(frame.locator("#chain canvas")).to_have_count(6)

    filters = frame.locator("#chain canvas").evaluate_all("all => all.map((one) => getComputedStyle(one).filter)")
    assert [one != "none" for one in filters] == [False, False, True, True, True, True]
    assert frame.locator("#input canvas").evaluate("one => getComputedStyle(one).filter") != "none"
    frame.locator("#chain .tile >> nth=1").click()
    expect(frame.locator("#input-title")).to_have_text("Picture")
    assert frame.locator("#input canvas").evaluate("one => getComputedStyle(one).filter") == "none"


@pytest.mark.parametrize("viewport", [PROJECTOR, PHONE])
def test_no_number_covers_what_guessing_gets(open_page: Open, viewport: Any) -> None:
    frame = exhibit(open_page("/lessons/8#gap", viewport=viewport))
    expect(frame.locator("#act-0 .level-name")).to_have_text("guessing")

    frame.evaluate(WATCH)
    expect(frame.locator("#act-0 .act-fact")).to_contain_text("epoch 30")
    frame.wait_for_timeout(200)

    assert frame.evaluate("window.looks") > 1
    assert frame.evaluate("window.touched") == []


def test_another_recording_brings_its_own_picture(open_page: Open) -> None:
    page = open_page("/lessons/8#drop", viewport=PROJECTOR, reduced_motion="reduce")
    frame = exhibit(page)
    seen = frame.locator("#photo-seen")
    expect(seen).to_have_attribute("width", "32")

    page.locator('[data-card="batch-norm"]').click()

    expect(frame.locator("#recorded span")).to_contain_text("digits")
    expect(seen).to_have_attribute("width", "8")


def test_probes_are_told_layer_by_layer(open_page: Open) -> None:
    frame = exhibit(open_page("/lessons/5#probes", viewport=PROJECTOR))

    row = frame.locator("#selective tbody tr").first
    expect(row.locator("th")).to_have_text("probe accuracy")
    shares = [int(share.rstrip("%")) for share in row.locator("td .figure").all_inner_texts()]
    assert len(shares) == 9
    assert shares == sorted(shares)
    assert f"{shares[-1]}% after" in frame.locator("#known").inner_text()


def test_a_question_about_numbers_of_its_own_stands_alone(open_page: Open) -> None:
    page = open_page("/lessons/3#lower", viewport=PROJECTOR)
    exhibit(page)

    page.locator("#next").click()
    expect(page.locator("question-card.is-current .question-text")).to_be_visible()
    expect(page.locator("#exhibit")).to_be_hidden()
    page.locator("#next").click()

    expect(page.locator("#exhibit")).to_be_visible()
    expect(exhibit(page).locator("#pixel-value")).to_have_text(re.compile(r"^−?\d+$"))
