"""The confusion matrix of a run, at any moment of its training, and the pictures behind its cells."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.inside import numbers
from tests.browser.running import fold_out, tell
from tests.browser.seeing import LEARNED, confusion, counted, first_counted, scrub, snapshots

pytestmark = pytest.mark.browser


def test_the_matrix_counts_the_validation_pictures(open_page: Open, server: str, run: str) -> None:
    told = confusion(server, run)
    page = open_page(f"/train?run={run}")
    counted(page)

    cells = page.locator("#confusion button").evaluate_all("all => all.map(cell => cell.ariaLabel)")

    counts = [numbers(cell.partition(":")[2])[0] for cell in cells]
    assert counts == np.ravel(told["matrix"]).tolist()
    assert numbers(page.inner_text("#confusion-note"))[:2] == [np.trace(told["matrix"]), told["images"]]
    page.click("#class-scores summary")
    rows = [numbers(text) for text in page.locator("#class-scores tbody tr").all_inner_texts()]
    scores = [[100 * row["precision"], 100 * row["recall"], 100 * row["f1"]] for row in told["per_class"]]
    assert [row[-1] for row in rows] == np.sum(told["matrix"], axis=1).tolist()
    np.testing.assert_allclose([row[-4:-1] for row in rows], scores, atol=0.5 + 1e-9)  # whole percents
    assert cells[1].startswith("circle taken for crescent: ")


def test_the_matrix_and_its_pictures_are_those_of_the_moment(open_page: Open, server: str, run: str) -> None:
    steps, epochs = tell(server, run)["steps"], confusion(server, run)["epochs"]
    moment = first_counted(server, run)
    step = snapshots(server, run)[moment]["step"]
    then = max(epoch for epoch in epochs if epoch * steps <= step * LEARNED["epochs"])
    told = confusion(server, run, f"?epoch={then}")
    page = open_page(f"/train?run={run}&snapshot={moment}")

    expect(page.locator("#confusion-fact")).to_have_text(f"epoch {then}")
    fold_out(page, "#confusion-row")
    cells = page.locator("#confusion button").evaluate_all("all => all.map(cell => cell.ariaLabel)")
    page.locator("#confusion button").nth(int(np.argmax(told["matrix"]))).click()
    expect(page.locator("#mistakes-fact")).to_have_text(f"epoch {then}")
    expect(page.locator("#mistakes button")).to_have_count(min(24, int(np.max(told["matrix"]))))
    page.keyboard.press("Escape")
    scrub(page, "Home")

    assert [numbers(cell.partition(":")[2])[0] for cell in cells] == np.ravel(told["matrix"]).tolist()
    expect(page.locator("#confusion-note")).to_contain_text(f"the first count is of epoch {epochs[0]}.")
    expect(page.locator("#confusion-fact")).to_be_empty()


def test_a_mistake_becomes_the_photo_and_says_what_it_is(open_page: Open, server: str, run: str) -> None:
    told = confusion(server, run)
    matrix = np.array(told["matrix"])
    np.fill_diagonal(matrix, 0)
    truth, guess = np.unravel_index(matrix.argmax(), matrix.shape)
    page = open_page(f"/train?run={run}")
    counted(page)

    page.focus("#confusion button >> nth=0")
    for key in ["ArrowDown"] * int(truth) + ["ArrowRight"] * int(guess) + ["Enter"]:
        page.keyboard.press(key)
    expect(page.locator("#mistakes button")).to_have_count(min(24, int(matrix.max())))
    shares = page.locator("#mistakes .figure").all_inner_texts()
    sure = [numbers(text)[0] for text in shares]
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.predicted") == str(guess)
    page.keyboard.press("Enter")
    page.click("#mistakes button >> nth=0")

    assert sure == sorted(sure, reverse=True)
    expect(page.locator("#photo-truth")).to_have_text(f"Truth: {told['classes'][truth]}. The network says:")
    expect(page.locator("#photo-best")).to_have_text(told["classes"][guess])
    expect(page.locator("#photo-share")).to_have_text(shares[0])
    expect(page.locator("#photo-bars .is-true .name")).to_have_text(told["classes"][truth])
