"""Learning a kernel on the convolution page: what gradient descent did is played, and then told."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


def test_gradient_descent_finds_the_kernel_and_plays_how(open_page: Open) -> None:
    page = open_page("/convolve?sample=astronaut&kernel=sobel-x")

    page.click("#learn")
    page.wait_for_selector("#learning:visible")
    slider = page.locator("kernel-learning input[type=range]")
    slider.fill("0")
    first = page.locator("#kernel-learning .cell").all_inner_texts()
    slider.fill(slider.get_attribute("max") or "")
    last = [float(text.replace("−", "-")) for text in page.locator("#kernel-learning .cell").all_inner_texts()]

    assert len(set(first)) == 9  # random
    assert last == pytest.approx([-1, 0, 1, -2, 0, 2, -1, 0, 1], abs=0.011)
    assert "no number is more than" in page.inner_text("#learning-verdict")


def test_what_was_learned_is_said_when_the_animation_has_arrived(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=64&kernel=box-blur")
    verdict, slider = page.locator("#learning-verdict"), page.locator("kernel-learning input[type=range]")
    page.clock.install(time="2030-01-01")
    page.clock.pause_at("2030-01-02")

    page.click("#learn")
    page.wait_for_selector("#learning:visible")
    early = verdict.inner_text()
    page.clock.run_for(60_000)

    assert early == ""
    expect(slider).to_have_value(slider.get_attribute("max") or "")
    expect(verdict).to_contain_text("Found in")


def test_with_reduced_motion_what_was_learned_is_there_at_once(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=64&kernel=box-blur", reduced_motion="reduce")
    slider = page.locator("kernel-learning input[type=range]")

    page.click("#learn")

    expect(page.locator("#learning-verdict")).to_contain_text("Found in")
    expect(slider).to_have_value(slider.get_attribute("max") or "")
    expect(page.locator("kernel-learning .player button")).to_have_attribute("aria-label", "Play")


def test_the_learning_closes_when_another_kernel_is_chosen(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=64&kernel=box-blur&open=learn")
    expect(page.locator("#learning")).to_be_visible()

    page.click("[data-kernel=emboss]")

    expect(page.locator("#learning")).to_be_hidden()
