"""The classify page's main job, in a real browser: from a photo to the answer, and back to the photo's pixels."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.calls import get
from tests.browser.conftest import Open
from tests.browser.inside import (
    PROBABILITY,
    VALUE,
    ask,
    layers,
    named,
    numbers,
    open_map,
    predicted,
    probabilities,
    ready,
    shown,
    unit,
    unit_value,
)
from tests.browser.reading import photograph, picture, pixels
from tests.browser.still import still

pytestmark = pytest.mark.browser


def test_a_photo_is_uploaded_and_answered_as_the_api_does(open_page: Open, server: str, tmp_path: Path) -> None:
    photo = photograph(tmp_path / "photo.png")
    page = open_page("/classify?model=explain")

    page.set_input_files("#upload", photo)
    expect(page.locator("#photo-fact")).to_have_text("60 × 40")
    ready(page)
    told = ask(server, "classifications", {}, photo)
    expect(page.locator("#answer .is-best .name")).to_have_text(told["predictions"][0]["label"])

    assert probabilities(page) == pytest.approx(predicted(told["predictions"]), abs=PROBABILITY)
    assert list(probabilities(page)) == get(f"{server}/api/models/explain").json()["classes"]  # a row each, in order
    np.testing.assert_array_equal(pixels(page, "#seen"), picture(told["seen"])[..., :3])
    page.click("#trust > summary")
    assert "square in the middle" in page.inner_text("#seen-note")


@pytest.mark.parametrize("sample", ["cat", "checkerboard"])
def test_an_unfamiliar_picture_is_not_to_be_trusted(open_page: Open, server: str, sample: str) -> None:
    page = open_page(f"/classify?sample={sample}")
    ready(page)

    told = ask(server, "classifications", {"sample": sample})
    page.click("#trust > summary")

    assert bool(page.inner_text("#doubt")) is not told["familiar"]
    assert ("Do not trust the answer." in page.inner_text("#familiarity")) is not told["familiar"]
    written = numbers(page.inner_text("#familiarity"))
    assert (written[0] if written else 0) == pytest.approx(told["familiarity"] * 100, abs=0.51)


def test_a_clicked_map_is_written_out_as_the_api_explains_it(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=cat")
    ready(page)

    open_map(page, named(server, "conv2d", 1), shown(page, named(server, "conv2d", 1))[2])
    told = ask(server, "explanations", {"sample": "cat", **unit(page)})
    strongest = max(told["inputs"], key=lambda term: abs(term["sum"]))

    assert unit_value(page) == pytest.approx(told["value"], abs=VALUE)
    assert page.inner_text("#making-title") == f"conv 2, map {told['channel'] + 1}"
    page.click("#working > summary")
    products = page.locator("#unit-arithmetic figure >> nth=2").locator(".cell").all_inner_texts()
    assert [numbers(text)[0] for text in products] == pytest.approx(
        np.ravel(strongest["products"]).tolist(), abs=0.0051
    )
    assert numbers(page.inner_text("#unit-sum"))[-1] == pytest.approx(told["value"], abs=0.00051)
    assert f"{len(told['inputs']) * 9} products and the bias" in page.inner_text("#unit-line")


def test_all_products_are_shown_on_demand_and_add_up(open_page: Open, server: str) -> None:
    page = open_page(f"/classify?sample=cat&layer={named(server, 'conv2d')}&channel=0&x=9&y=12")
    ready(page)

    page.click("#working > summary")
    page.click("#show-terms")
    sums = [numbers(text)[-1] for text in page.locator("#all-terms .outcome").all_inner_texts()]
    told = ask(server, "explanations", {"sample": "cat", **unit(page)})

    assert unit(page)["x"] == 9
    assert unit(page)["y"] == 12
    assert len(sums) == 3
    assert sum(sums) + told["bias"] == pytest.approx(unit_value(page), abs=0.002)


def test_every_kind_of_layer_is_explained(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=cat&steps=true", reduced_motion="reduce")
    ready(page)
    kinds = {layer["type"]: layer["name"] for layer in layers(server)}

    for kind, layer in kinds.items():
        if kind == "dropout":
            continue
        open_map(page, layer, int(page.locator(f".map[data-layer='{layer}']").first.get_attribute("data-channel") or 0))
        told = ask(server, "explanations", {"sample": "cat", **unit(page)})

        assert unit_value(page) == pytest.approx(told["value"], abs=VALUE), layer
        written = page.locator("#working").text_content() or ""
        assert numbers(written)[-1] == pytest.approx(told["value"], abs=0.0051), written


def test_one_walks_back_from_the_answer_to_the_photos_pixel(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=cat", reduced_motion="reduce")
    ready(page)
    dense = named(server, "dense", -1)
    open_map(page, dense, 3)
    seen = picture(ask(server, "classifications", {"sample": "cat"})["seen"])

    for _step in range(len(layers(server))):
        before = page.get_attribute("#making", "data-unit") or ""
        if before.startswith("input "):
            break
        still(page)  # what is drawn anew between the button's going down and up takes the click with it
        page.click("#terms .term-map >> nth=0")
        expect(page.locator("#making")).not_to_have_attribute("data-unit", before)
    place = unit(page)

    assert place["layer"] == "input"
    page.click("#working > summary")
    expect(page.locator("#unit-sum")).to_have_text(re.compile(r"\d"))
    assert numbers(page.inner_text("#unit-sum"))[0] == pytest.approx(
        float(seen[place["y"], place["x"], place["channel"]]), abs=0.51
    )
    page.click(".crumb >> nth=0")
    expect(page.locator("#making")).to_have_attribute("data-unit", re.compile(rf"^{dense} 3 "))


def test_the_receptive_field_is_outlined_on_both_pictures(open_page: Open, server: str) -> None:
    page = open_page(f"/classify?sample=astronaut&layer={named(server, 'conv2d')}&channel=0&x=4&y=6")
    ready(page)
    field = ask(server, "explanations", {"sample": "astronaut", **unit(page)})["receptive_field"]

    outlines = [
        page.evaluate(
            f"['x','y','width','height'].map(n => Number(document.querySelector('{view} .window').getAttribute(n)))"
        )
        for view in ("#seen", "#shot")
    ]

    assert page.evaluate("document.querySelector('#near').width") == 256  # the same, small, for phones
    assert outlines[0] == [field["x"], field["y"], field["width"], field["height"]]
    assert outlines[1] == pytest.approx([value * 8 for value in outlines[0]])  # 256 pixels became 32


def test_the_receptive_field_on_the_photo_is_turned_back(open_page: Open, server: str) -> None:
    layer = named(server, "conv2d")
    page = open_page(f"/classify?sample=astronaut&layer={layer}&channel=0&x=4&y=6&change=angle:90")
    ready(page)

    box = page.evaluate("document.querySelector('#shot .window').getBoundingClientRect().toJSON()")
    whole = page.evaluate("document.querySelector('#shot canvas').getBoundingClientRect().toJSON()")
    middle = [
        (box["x"] + box["width"] / 2 - whole["x"]) / whole["width"] * 32,
        (box["y"] + box["height"] / 2 - whole["y"]) / whole["height"] * 32,
    ]

    assert middle == pytest.approx([32 - 6.5, 4.5], abs=0.1)  # counterclockwise: the upper left was the upper right


def test_hovering_a_map_draws_edges_from_what_feeds_it(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=cat")
    ready(page)
    first, second = named(server, "conv2d"), named(server, "conv2d", 1)
    feeding = len(shown(page, first))

    page.hover(f".map[data-layers~='{second}'] >> nth=1")

    expect(page.locator(".edges path:not(.halo)")).to_have_count(feeding)
    assert page.locator(".edges path.negative, .edges path.positive").count() == feeding
    page.hover("h1")
    expect(page.locator(".edges path")).to_have_count(0)


def test_one_color_scale_for_all_layers_at_choice(open_page: Open, server: str) -> None:
    page = open_page(f"/classify?sample=cat&layer={named(server, 'conv2d', 1)}&channel=5")
    ready(page)
    here = next(layer for layer in layers(server) if layer["name"] == unit(page)["layer"])

    own = numbers(page.inner_text("#map-scale"))
    page.click("#network-menu > summary")
    page.check("[name=scale][value=all]", force=True)

    assert own[-1] == pytest.approx(here["limit"], abs=0.0051)
    most = max(layer["limit"] for layer in layers(server))
    expect(page.locator("#maps-note")).to_contain_text("same colors")
    assert numbers(page.inner_text("#map-scale"))[-1] == pytest.approx(most, abs=0.0051)


def test_a_copied_link_restores_everything(open_page: Open, server: str) -> None:
    layer = named(server, "conv2d", 1)
    page = open_page("/classify?sample=rocket")
    ready(page)
    open_map(page, layer, shown(page, layer)[1])
    page.focus("#map")
    page.keyboard.press("ArrowRight")
    page.click("#looked > summary")
    page.select_option("#method", "saliency")
    page.click("#breaking > summary")
    page.fill("#sliders [name=blur]", "1.5")
    page.wait_for_url(re.compile("blur"))
    page.get_by_role("button", name="Share this view").click()
    page.click("#copy-shared")
    expect(page.locator("#copy-shared")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")

    again = open_page("/classify?" + link.split("?")[1])
    ready(again)

    assert unit(again) == unit(page)
    assert unit_value(again) == unit_value(page)
    assert again.input_value("#method") == "saliency"
    assert again.input_value("#sliders [name=blur]") == "1.5"
    assert probabilities(again) == probabilities(page)
