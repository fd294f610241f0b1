"""The API's documentation in a real browser: a call can be tried, offline."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.reading import photograph

pytestmark = pytest.mark.browser

COLOR = "part => getComputedStyle(part).backgroundColor"


def test_a_call_is_tried_in_the_docs(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/api/docs", ready="#swagger .opblock")
    call = page.locator("#operations-convolution-convolve_api_convolutions_post")

    call.locator(".opblock-summary-control").click()
    call.locator("tr:has-text('image') input[type=file]").first.set_input_files(photograph(tmp_path / "photo.png"))
    call.locator("tr[data-property-name=kernel] input[type=text]").fill("sharpen")
    call.locator("button.execute").click()

    expect(call.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    expect(call.locator(".live-responses-table img")).to_be_visible()


def test_in_spanish_it_is_spanish_and_a_call_is_tried(open_page: Open) -> None:
    page = open_page("/api/docs?lang=es", ready="#swagger .opblock")
    call = page.locator("#swagger .opblock", has_text="/api/limits")

    expect(call).to_contain_text("Listar los límites")
    call.locator(".opblock-summary-control").click()
    expect(call.locator(".opblock-description")).to_have_text("Todos los límites vigentes.")
    call.locator("button.execute").click()
    expect(call.locator(".live-responses-table .response-col_status").last).to_contain_text("200")

    expect(call.locator(".opblock-section-header").first).to_contain_text("Parámetros")
    expect(call.locator("button.execute")).to_have_text("Ejecutar")
    expect(call).to_contain_text("Respuesta del servidor")
    assert not re.search("Parameters|Execute|Response|Schema|Description|Example|Successful", call.inner_text())


def test_in_the_dark_it_is_dark_and_follows_the_switch(open_page: Open) -> None:
    page = open_page("/api/docs?lang=es", ready="#swagger .opblock", color_scheme="dark")
    title = page.locator("#swagger .info .title")

    dark = [page.locator(one).first.evaluate(COLOR) for one in ("#swagger", "#swagger .opblock")]
    ink = title.evaluate("part => getComputedStyle(part).color")
    page.click("#theme")

    light = [page.locator(one).first.evaluate(COLOR) for one in ("#swagger", "#swagger .opblock")]
    assert light[0] == "rgb(255, 255, 255)"
    assert all(one != other for one, other in zip(dark, light, strict=True))
    expect(title).not_to_have_css("color", ink)
