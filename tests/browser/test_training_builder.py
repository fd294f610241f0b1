"""The builder of the train page: by mouse and keyboard, with the server's numbers, and what cannot be reached."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from app.core.training.hyperparameters import parse_training
from app.core.training.recipes import find_recipe
from tests.browser.access import PHONE, WIDTHS, in_both_themes, too_narrow, violations
from tests.browser.archives import packed, pets
from tests.browser.calls import delete, get, post
from tests.browser.conftest import Open
from tests.browser.running import start, unfold

pytestmark = pytest.mark.browser

CONV = {"type": "conv2d", "filters": 4, "activation": "relu"}
SMALL: dict[str, Any] = {
    "input": [1, 8, 8],
    "classes": 10,
    "layers": [CONV, CONV | {"filters": 6}, {"type": "flatten"}, {"type": "dense", "units": 10}],
}
KERAS = """
model = Sequential()
model.add(Conv2D(5, kernel_size=(3, 3), activation='relu', input_shape=(8, 8, 1)))
model.add(Flatten())
model.add(Dense(10, activation='softmax'))
"""


def _path(network: dict[str, Any] = SMALL, **training: Any) -> str:
    query = {"dataset": "digits", "network": json.dumps(network)}
    return f"/train?{urlencode(query | ({'training': json.dumps(training)} if training else {}))}"


def _unfolded(open_page: Open, path: str, line: str = "network", **options: Any) -> Page:
    """A page with a line of the settings open."""
    page = open_page(path, **options)
    unfold(page, line)
    return page


def _heads(page: Page) -> Locator:
    return page.locator("#layers > .layers > .layer > .layer-row .layer-head")


def _layers(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in _heads(page).all_inner_texts()]


def _address(page: Page, name: str) -> Any:
    """What the address says of the network or the training, once it has settled."""
    page.wait_for_timeout(350)
    return json.loads(parse_qs(urlsplit(page.url).query)[name][0])


def _type(control: Locator, text: str) -> None:
    control.locator(".field").fill(text)
    control.locator(".field").press("Enter")


def _middle(element: Locator) -> float:
    """Its height in the window."""
    box = element.bounding_box()
    assert box
    return box["y"] + box["height"] / 2


def test_the_cards_show_what_the_server_works_out(open_page: Open, server: str) -> None:
    page = _unfolded(open_page, _path())

    _heads(page).first.click()
    _type(page.locator(".is-open value-slider").first, "7")

    told = post(f"{server}/api/networks", json=_address(page, "network")).json()
    assert [layer["filters"] for layer in told["layers"][:2]] == [7, 6]
    assert [text.split()[-1] for text in _layers(page)] == [
        "×".join(map(str, layer["output_shape"])) for layer in told["layers"]
    ]
    expect(page.locator("#network-fact")).to_have_text(f"{told['parameters']} parameters")
    expect(page.locator(".is-open .formula")).to_have_text(f"7·(3·3·1+1) = {told['layers'][0]['parameters']}")


def test_a_layer_is_moved_by_keyboard_and_it_is_announced(open_page: Open) -> None:
    page = _unfolded(open_page, _path())

    _heads(page).first.focus()
    page.keyboard.press("Alt+ArrowDown")

    expect(page.locator("#announcement")).to_have_text("conv2d is layer 2 of 4 now.")
    assert _layers(page)[:2] == ["conv2d 6 · 3×3 · relu 6×6×6", "conv2d 4 · 3×3 · relu 4×4×4"]
    assert page.evaluate("document.activeElement.closest('.layer').dataset.path") == "1"
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#announcement")).to_contain_text("cannot go further")
    assert _address(page, "network")["layers"][1]["filters"] == 4


def test_a_layer_is_dragged_only_to_where_it_may_stand(open_page: Open) -> None:
    page = _unfolded(open_page, _path())

    _heads(page).first.hover()
    page.mouse.down()
    page.mouse.move(120, _middle(_heads(page).nth(1)))
    page.mouse.move(120, _middle(_heads(page).last), steps=4)
    page.mouse.up()

    assert _layers(page)[1].startswith("conv2d 4")
    expect(page.locator(".layer.is-open")).to_have_count(0)


def test_layers_are_added_doubled_and_taken_out_and_all_is_undone(open_page: Open) -> None:
    page = _unfolded(open_page, _path())

    page.click(".add-layer")
    expect(page.locator("layer-menu [data-type=residual]")).to_be_visible()
    page.click("layer-menu [data-type=max_pooling2d]")
    assert [text.split()[0] for text in _layers(page)] == ["conv2d", "conv2d", "max", "flatten", "dense"]
    page.wait_for_timeout(800)
    _heads(page).nth(1).focus()
    page.keyboard.press("Delete")
    page.wait_for_timeout(800)
    page.keyboard.press("Control+d")
    assert [text.split()[0] for text in _layers(page)] == ["conv2d", "max", "max", "flatten", "dense"]

    for _ in range(3):
        page.click("#undo")

    assert _layers(page)[1] == "conv2d 6 · 3×3 · relu 6×4×4"
    expect(page.locator("#undo")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    assert _layers(page)[2].startswith("max pooling")


def test_what_is_impossible_cannot_be_reached(open_page: Open) -> None:
    page = _unfolded(open_page, _path())

    _heads(page).nth(1).click()
    _type(page.locator(".is-open value-slider").nth(1), "60")
    assert _layers(page)[1] == "conv2d 6 · 6×6 · relu 6×1×1"
    _heads(page).nth(2).click()
    expect(page.locator(".is-open [data-verb=remove]")).to_be_disabled()
    expect(page.locator(".is-open [data-verb=remove]")).to_have_attribute("title", re.compile("would not fit together"))
    _heads(page).nth(3).click()
    expect(page.locator(".is-open value-slider .field").first).to_be_disabled()


def test_a_described_network_that_cannot_be_built_says_why(open_page: Open, server: str) -> None:
    broken = SMALL | {"layers": [CONV, CONV | {"kernel_size": 9}, *SMALL["layers"][2:]]}
    told = post(f"{server}/api/networks", json=broken).json()

    page = _unfolded(open_page, _path(broken), expected="422")

    expect(page.locator(".layer.is-wrong .fault")).to_have_text(told["detail"])
    page.locator(".layer.is-wrong .layer-head").click()
    _type(page.locator(".is-open value-slider").nth(1), "3")
    expect(page.locator(".layer.is-wrong")).to_have_count(0)


def test_a_network_for_other_pictures_is_fitted_by_one_click(open_page: Open) -> None:
    page = _unfolded(open_page, _path(SMALL | {"input": [3, 32, 32]}), expected="422")

    expect(page.locator("#network-fault")).to_contain_text("3×32×32, 10, those of the pictures 1×8×8, 10")
    page.click("#fit-network")

    expect(page.locator("#network-fault")).to_be_hidden()
    expect(page.locator(".layer-input .shape")).to_have_text("1×8×8")


def test_a_program_is_pasted_and_the_network_copied_out(open_page: Open) -> None:
    page = _unfolded(open_page, _path(), expected="422")

    page.click("#as-code")
    expect(page.locator("#network-programs pre")).to_contain_text("Conv2D(4, 3")
    page.fill("#network-text", "print('hello')")
    page.click("#read-text")
    expect(page.locator("#text-fault")).to_contain_text("Sequential")
    page.fill("#network-text", KERAS)
    page.click("#read-text")

    expect(page.locator("#network-code")).to_be_hidden()
    assert [text.split()[0] for text in _layers(page)] == ["conv2d", "flatten", "dense"]


SLIDE = """
import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3)
        self.fc1 = nn.Linear(6 * 13 * 13, 7)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        return self.fc1(torch.flatten(x, 1))

net = Net()
loader = torch.utils.data.DataLoader(data, batch_size=50, shuffle=True)
optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.5)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
for epoch in range(2):
    for pictures, labels in loader:
        loss = nn.CrossEntropyLoss()(net(pictures), labels)
        loss.backward()
        optimizer.step()
"""


def test_a_slide_is_pasted_and_trained_with_its_own_numbers(open_page: Open, server: str) -> None:
    page = _unfolded(open_page, _path(augmentation=["shift"]), expected="422")

    page.click("#as-code")
    page.fill("#network-text", SLIDE)
    page.click("#read-text")

    expect(page.locator("#network-code")).to_be_hidden()
    expect(page.locator("#reading [data-kind=changed]")).to_contain_text("1×28×28 and 7 classes became 1×8×8 and 10")
    expect(page.locator("#reading [data-kind=left_out]")).to_contain_text("'StepLR' is not known here")
    expect(page.locator("#reading [data-kind=taken]")).to_contain_text("epochs = 2")
    run = get(f"{server}/api/runs/{start(page)}").json()
    assert {name: run["training"][name] for name in ("optimizer", "learning_rate", "momentum", "decay", "epochs")} == {
        "optimizer": "sgd", "learning_rate": 0.02, "momentum": 0.5, "decay": 0, "epochs": 2,
    }  # fmt: skip
    assert (run["training"]["batch_size"], run["training"]["augmentation"]) == (50, [])
    assert [layer["type"] for layer in run["network"]["layers"]] == ["conv2d", "max_pooling2d", "flatten", "dense"]


def test_the_network_follows_the_pictures(open_page: Open) -> None:
    page = _unfolded(open_page, f"/train?{urlencode({'dataset': 'shapes', 'network': 'tiny-vgg'})}", "pictures")

    page.click("#datasets > summary")
    page.click("[data-dataset=digits]")

    unfold(page, "network")
    assert [text.split()[0] for text in _layers(page)][:3] == ["conv2d", "conv2d", "max"]
    network = page.evaluate("document.querySelector('.layer-input').innerText")
    assert network.endswith("1×8×8")
    assert _layers(page)[-1].split()[-1] == "10"
    unfold(page, "pictures")
    expect(page.locator("#sheet-strip")).to_have_attribute("aria-busy", "false")
    page.click("#sheet-strip")
    expect(page.locator("#sheet-rows canvas")).to_have_count(10)


def test_ones_own_pictures_come_as_a_zip(open_page: Open) -> None:
    page = _unfolded(open_page, "/train?dataset=shapes", "pictures")

    page.click("#datasets > summary")
    page.set_input_files("#own-data", {"name": "pets.zip", "mimeType": "application/zip", "buffer": pets()})

    expect(page.locator("#dataset-name")).to_have_text("pets")
    expect(page.locator("#data-fact")).to_have_text("3×32×32 · 2 classes")
    unfold(page, "network")
    assert _layers(page)[-1].split()[-1] == "2"


def test_what_is_to_be_known_of_ones_own_pictures_is_said(open_page: Open) -> None:
    page = _unfolded(open_page, "/train?dataset=shapes", "pictures")
    files = {f"seg_{part}/{label}/{n}.png": 20 * n for part in ("train", "test") for label in "ab" for n in range(4)}

    page.click("#datasets > summary")
    page.select_option("#own-size", "64")
    archive = packed(files | {"seg_train/b/note.txt": None, "seg_train/<i>.png": 5})
    page.set_input_files("#own-data", {"name": "seg.zip", "mimeType": "application/zip", "buffer": archive})

    expect(page.locator("#data-fact")).to_have_text("3×64×64 · 2 classes")
    expect(page.locator("#data-notes li")).to_have_count(3)
    expect(page.locator("#data-notes")).to_contain_text("seg_train: 8 for training; seg_test: 8 for the test")
    expect(page.locator("#data-notes")).to_contain_text("a has only 4 pictures")
    expect(page.locator("#data-notes")).to_contain_text("8 of the 8 test pictures are among the training pictures")
    page.click("#left-out summary")
    expect(page.locator("#left-out-files li")).to_have_count(2)
    expect(page.locator("#left-out-files")).to_contain_text("seg_train/<i>.png It is in no folder of a class")
    page.click("#datasets > summary")
    page.click("[data-dataset=digits]")
    expect(page.locator("#left-out")).to_be_hidden()
    expect(page.locator("#data-notes")).to_be_hidden()


def test_a_network_that_had_to_be_changed_is_not_called_by_its_name(open_page: Open) -> None:
    page = _unfolded(open_page, "/train?dataset=digits")

    page.click("#presets > summary")
    page.click("[data-preset=lenet-5]")

    expect(page.locator("#preset-name")).to_have_text("LeNet-5, changed to fit")
    page.click("#presets > summary")
    page.click("[data-preset=lecture-light]")
    expect(page.locator("#preset-name")).to_have_text("The lecture's network, light")


def test_remedies_act_on_the_network_and_on_what_is_sent(open_page: Open, server: str) -> None:
    page = _unfolded(open_page, _path(train_limit=200, epochs=1), "remedies")

    for name in ("l1", "l2", "max_norm", "dropout", "batch_norm", "augmentation", "early_stopping", "pictures"):
        page.click(f"[data-remedy={name}]")
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/api/runs")) as sent:
        page.click("#run-start")

    order = sent.value.post_data_json
    training = parse_training(order["training"])
    for name in ("l1", "l2", "max_norm", "early_stopping"):
        tried = find_recipe(f"overfits-{name.replace('_', '-')}").training
        assert getattr(training, name) == getattr(tried, name), name
    assert (training.augmentation, training.train_limit, training.epochs) == (("flip", "shift"), None, 1)
    kinds = [layer["type"] for layer in order["network"]["layers"]]
    assert kinds[:3] == ["conv2d", "batch_normalization", "activation"]
    assert kinds[-2:] == ["dropout", "dense"]
    expect(page.locator("#run-note")).to_contain_text("open run's settings")
    unfold(page, "remedies")
    page.click("[data-remedy=l1]")
    expect(page.locator("#run-note")).to_contain_text("Start makes a new run")
    page.wait_for_url(re.compile("run="))
    run_id = parse_qs(urlsplit(page.url).query)["run"][0]
    page.close()  # an open page would still ask for what is deleted now
    delete(f"{server}/api/runs/{run_id}")


def test_a_start_whose_answer_is_lost_on_its_way_starts_one_run(open_page: Open, server: str) -> None:
    page = open_page(_path(train_limit=200, epochs=1), expected="net::ERR_FAILED")
    before = {run["id"] for run in get(f"{server}/api/runs").json()["runs"]}
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST" or lost:
            return route.fallback()
        lost.append(route.fetch().json()["id"])
        return route.abort()

    page.route("**/api/runs", lose)
    page.click("#run-start")
    page.wait_for_url(re.compile("run="))

    after = {run["id"] for run in get(f"{server}/api/runs").json()["runs"]}
    page.close()  # an open page would still ask for what is deleted now
    delete(f"{server}/api/runs/{lost[0]}")
    assert after - before == set(lost)


def test_the_input_shows_what_the_network_is_fed_and_the_trap(open_page: Open) -> None:
    page = _unfolded(open_page, _path(normalization="unit", augmentation=[]), "input")
    expect(page.locator("#input-fact")).to_have_text("0 to 1")

    page.locator("#normalization label", has_text="0–255").click()
    expect(page.locator("#input-fact")).to_have_text("0 to 255")
    page.locator("#normalization label", has_text="standardize").click()
    expect(page.locator("#fed-words")).to_have_text("mean 0, deviation 1.00")
    page.locator("#statistics label", has_text="only the dark ones").click()

    expect(page.locator("#input-words")).to_contain_text("The trap")
    expect(page.locator("#fed-words")).not_to_have_text("mean 0, deviation 1.00")


def test_the_lectures_optimizer_is_one_click(open_page: Open) -> None:
    page = _unfolded(open_page, _path(optimizer="sgd", learning_rate=0.5, decay=0), "optimizer")

    page.click("#lecture-optimizer")

    expect(page.locator("#optimizer-fact")).to_have_text("Adam(1e-4, decay 1e-6)")
    expect(page.locator("#lecture-optimizer")).to_have_attribute("aria-pressed", "true")


def test_axe_finds_nothing_in_the_builder(open_page: Open) -> None:
    page = open_page(_path(l2=0.001, augmentation=["shift"], normalization="center"))
    expect(page.locator("#fed-source")).to_contain_text("training pictures")

    for line in ("pictures", "network", "input", "remedies", "optimizer"):
        unfold(page, line)
        if line == "network":
            _heads(page).first.click()
        if line == "optimizer":
            page.click("#optimizer-card .inner-fold > summary")
        assert in_both_themes(page, lambda: violations(page, ".room-settings")) == []


def test_the_builder_fits_into_any_width(open_page: Open) -> None:
    page = open_page(_path(), viewport=PHONE)
    page.click(".sheet-button")
    unfold(page, "network")
    _heads(page).first.click()
    page.click(".add-layer")

    assert too_narrow(page, widths=WIDTHS[:2]) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert too_narrow(page) == []
