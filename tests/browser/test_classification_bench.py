"""What a visitor does to the network on the classify page: breaks its picture, asks where it looked, swaps kernels."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.calls import get
from tests.browser.conftest import Open
from tests.browser.inside import (
    PROBABILITY,
    ask,
    named,
    numbers,
    open_map,
    predicted,
    probabilities,
    ready,
)
from tests.browser.reading import picture, pixels

pytestmark = pytest.mark.browser


def _wait_for(page: Page, expected: dict[str, float]) -> None:
    """Until the page writes these probabilities."""
    best, share = max(expected.items(), key=lambda entry: entry[1])
    page.wait_for_function(
        """([label, share]) => {
          const rows = [...document.querySelectorAll('#answer .bar-row')];
          const row = rows.find(row => row.querySelector('.name').textContent === label);
          return Math.abs(parseFloat(row.querySelector('.figure').textContent) - share * 100) <= 0.51;
        }""",
        arg=[best, share],
    )


CHANGES: list[tuple[str, str, dict[str, object]]] = [
    ("angle", "60", {"angle": 60}),
    ("dx", "-7", {"shift": [-7, 0]}),
    ("noise", "60", {"noise": 60}),
    ("blur", "2.5", {"blur": 2.5}),
]


def test_sliders_change_what_is_seen_and_the_answer(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=cat")
    ready(page)
    before = probabilities(page)
    page.click("#breaking > summary")

    for slider, value, change in CHANGES:
        told = ask(server, "classifications", {"sample": "cat", "change": change})
        page.fill(f"#sliders [name={slider}]", value)
        _wait_for(page, predicted(told["predictions"]))

        assert probabilities(page) == pytest.approx(predicted(told["predictions"]), abs=PROBABILITY), slider
        np.testing.assert_array_equal(pixels(page, "#seen"), picture(told["seen"])[..., :3])
        expect(page.locator("#broken")).to_contain_text(re.compile("says"))
        page.click("#unbreak")
        _wait_for(page, before)
        expect(page.locator("#broken")).to_be_empty()


def test_a_patch_is_dragged_over_what_the_network_sees(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=astronaut")
    ready(page)

    page.click("#breaking > summary")
    page.fill("#sliders [name=size]", "8")
    page.locator("#seen").scroll_into_view_if_needed()
    box = page.locator("#seen canvas").bounding_box()
    assert box is not None
    side = box["width"] / 32
    page.mouse.move(box["x"] + 16 * side, box["y"] + 16 * side)
    page.mouse.down()
    page.mouse.move(box["x"] + 20.2 * side, box["y"] + 10.2 * side, steps=3)
    page.mouse.up()
    page.wait_for_url(re.compile("change=.*x%3A16%2Cy%3A6|change=size:8,x:16,y:6"))
    told = ask(server, "classifications", {"sample": "astronaut", "change": {"cover": [16, 6, 8]}})
    _wait_for(page, predicted(told["predictions"]))

    assert probabilities(page) == pytest.approx(predicted(told["predictions"]), abs=PROBABILITY)
    covered = pixels(page, "#seen")[6:14, 16:24]
    assert covered.reshape(-1, 3).std(axis=0).max() == 0


def test_a_heat_map_of_any_class_by_any_method(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=cat")
    ready(page)

    page.click("#answer .bar-row >> nth=2 >> .name")
    label = page.get_attribute("#answer .bar-row >> nth=2", "data-label")
    for method in ("saliency", "integrated-gradients", "occlusion", "grad-cam"):
        page.select_option("#method", method)
        expect(page.locator("#heat")).to_have_attribute("data-shown", f"{method} {label}")
        told = ask(server, "attributions", {"sample": "cat", "method": method, "label": str(label)})

        assert numbers(page.inner_text("#heat-scale"))[-1] == pytest.approx(told["limit"], rel=0.02, abs=0.0051)
        assert len(np.unique(pixels(page, "#heat").reshape(-1, 3), axis=0)) > 100
    assert page.input_value("#label") == label


def test_a_heat_map_that_does_not_come_is_waited_for_no_longer(open_page: Open) -> None:
    page = open_page("/classify?sample=cat", expected="status of 503")
    ready(page)
    page.click("#looked > summary")
    page.route("**/attributions", lambda route: route.fulfill(status=503, json={"detail": "Busy"}))

    page.select_option("#method", "occlusion")

    expect(page.get_by_text("Busy").first).to_be_visible()
    expect(page.locator("#heat")).not_to_have_attribute("aria-busy", "true")


def test_a_classic_kernel_is_put_in_and_taken_out(open_page: Open, server: str) -> None:
    layer = named(server, "conv2d")
    page = open_page("/classify?sample=cat")
    ready(page)
    before = probabilities(page)
    sobel = next(k for k in get(f"{server}/api/kernels").json()["kernels"] if k["name"] == "sobel-x")
    implant = {"layer": layer, "channel": 1, "matrix": sobel["matrix"], "divisor": sobel["divisor"]}
    told = ask(server, "classifications", {"sample": "cat", "implant": implant})

    page.click("#implant-card > summary")
    page.select_option("#implant-kernel", "sobel-x")
    page.select_option("#implant-channel", index=1)
    page.click("#implant")
    expect(page.locator("#implant-bars .bar-row")).to_have_count(len(told["predictions"]))
    _wait_for(page, predicted(told["predictions"]))

    assert probabilities(page, "#implant-bars") == pytest.approx(predicted(told["predictions"]), abs=PROBABILITY)
    moved = numbers(page.inner_text("#implant-bars .moved >> nth=0"))[0] / 100
    label = told["predictions"][0]["label"]
    assert moved == pytest.approx(
        predicted(told["predictions"])[label] - predicted(told["before"])[label], abs=PROBABILITY
    )
    expect(page.locator("#implant-note")).to_contain_text("Map 2 of conv 1")
    page.click("#explant")
    _wait_for(page, before)
    expect(page.locator("#implant-note")).to_be_hidden()


def test_a_learned_kernel_goes_to_the_convolution_page(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=coffee")
    ready(page)
    filters = get(f"{server}/api/models/explain/filters/{named(server, 'conv2d')}").json()
    best = max(filters["likeness"], key=lambda like: abs(like["similarity"]))

    page.click("#filters-card > summary")
    link = page.locator("#likeness li >> nth=0").locator("a >> nth=1")
    matrix = json.loads(parse_qs(urlparse(link.get_attribute("href") or "").query)["steps"][0])[0]["matrix"]
    with page.expect_navigation():
        link.click()
    page.wait_for_selector("html[data-ready]")

    np.testing.assert_allclose(matrix, filters["kernels"][best["channel"]][1], atol=1e-7)
    typed = [float(cell.input_value()) for cell in page.locator("kernel-grid input").all()]
    assert typed == pytest.approx(np.ravel(matrix).tolist(), abs=1e-6)
    seen = picture(ask(server, "classifications", {"sample": "coffee"})["seen"])[..., :3]
    np.testing.assert_array_equal(pixels(page, "#input"), seen)


def test_the_card_of_a_network_says_what_is_known_of_it(open_page: Open, server: str) -> None:
    card = get(f"{server}/api/models/explain").json()
    page = open_page("/classify")
    ready(page)

    page.click("#about > summary")
    told = page.inner_text("#model-facts")

    assert f"{card['accuracy'] * 100:.1f}%" in told
    assert f"{card['accuracy_interval'][0] * 100:.1f}% to {card['accuracy_interval'][1] * 100:.1f}%" in told
    assert "Not for:" in told
    assert f"off by {card['calibration']['after'] * 100:.1f} points" in told
    assert f"noise {card['familiarity']['auroc']['noise']:.3f}" in told
    assert f"{min(card['per_class'].values()) * 100:.1f}% (" in told
    page.click("#networks summary")
    assert f"{card['accuracy'] * 100:.1f}% test accuracy" in page.inner_text(".model[data-model=explain]")
    page.click(".model[data-model=explain]")
    expect(page.locator("#network-cards")).to_be_hidden()


def test_what_excites_a_map_is_shown(open_page: Open, server: str) -> None:
    layer = named(server, "conv2d", 1)
    page = open_page(f"/classify?sample=cat&layer={layer}&channel=2")
    ready(page)
    told = get(f"{server}/api/models/explain/channels/{layer}/2").json()
    page.click("#channel-card > summary")

    expect(page.locator("#channel-title")).to_have_text("What excites map 3 of conv 2")
    expect(page.locator("#patches canvas")).to_have_count(len(told["patch_values"]))
    assert page.evaluate("document.querySelector('#dream').naturalWidth") > 8


def test_it_says_while_it_looks_what_excites_a_map_and_offers_another_try(open_page: Open, server: str) -> None:
    page = open_page(f"/classify?sample=cat&layer={named(server, 'conv2d')}&channel=2", expected="status of 5")
    ready(page)
    page.click("#channel-card > summary")
    expect(page.locator("#patches canvas").first).to_be_visible()
    held: list[Route] = []
    page.route("**/channels/**", lambda route: held.append(route))

    open_map(page, named(server, "conv2d", 1), 3)
    expect(page.locator("#channel-state")).to_contain_text("Computing")
    expect(page.locator("#patches canvas")).to_have_count(0)
    held.pop().fulfill(status=500, json={"title": "Broken", "detail": "Broken."})
    expect(page.locator("#channel-state")).to_contain_text("could not be computed")
    page.unroute("**/channels/**")
    page.click("#channel-again")

    expect(page.locator("#patches canvas").first).to_be_visible()
    expect(page.locator("#channel-state")).to_be_empty()
    expect(page.locator("#problem")).to_be_hidden()


def test_another_network_is_shown_with_what_it_sees(open_page: Open) -> None:
    page = open_page("/classify?sample=cat")
    ready(page)
    page.click("#selective-card > summary")
    shares = [int(share) for share in re.findall(r"(\d+)%", page.locator("#known").inner_text())]
    assert len(shares) == 3
    assert shares == sorted(shares)
    page.click("#trust > summary")

    page.click("#networks summary")
    page.click(".model[data-model=digits]")

    expect(page.locator("#seen-fact")).to_have_text("28 × 28")
    expect(page.locator("#seen-note")).to_contain_text("cut out")
    expect(page.locator("#truth")).to_have_text("The drawing shows a 3.")
    expect(page.locator("#said")).to_have_text("3")
    page.click("#offer")
    expect(page.locator("#seen-note")).to_contain_text("Colors become grays.")
    page.click("#photos > summary")
    expect(page.locator("#digit-note")).to_be_visible()
    expect(page.locator("#answer .is-best .name")).to_have_text(re.compile(r"\d"))


def test_a_refused_file_is_told_and_the_answer_stays(open_page: Open, tmp_path: Path) -> None:
    text = tmp_path / "notes.png"
    text.write_text("not a picture")
    page = open_page("/classify?sample=cat", expected="status of 4")
    ready(page)
    before = probabilities(page)

    page.set_input_files("#upload", text)

    expect(page.locator("#problem")).to_be_visible()
    assert probabilities(page) == before
