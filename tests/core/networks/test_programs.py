"""Programs are read as Keras and PyTorch run them, or refused with a reason: never something else in silence.

`programs.json` holds texts made to mislead, with the numbers that learn as running them gave (`make_programs`).
"""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import InvalidNetwork
from app.core.networks.programs.names import Given
from app.core.networks.reading import Reading, read_network, read_program
from tests.vectors.make_programs import BEFORE, FILE

ROWS: list[dict[str, Any]] = json.loads(Path(FILE).read_text())


def whole(row: dict[str, Any]) -> str:
    """The text with its imports, but for those that are pasted without."""
    return str(row["text"] if row.get("bare") else BEFORE[row["library"]] + row["text"])


def read(text: str, dataset: Given | None = None) -> Reading:
    return read_program(text, dataset or Given())


@pytest.mark.parametrize("row", [row for row in ROWS if row["read"]], ids=lambda row: row["text"][-60:])
def test_what_is_read_has_the_parameters_that_running_it_gives(row: dict[str, Any]) -> None:
    assert read_network(whole(row), row["input"]).report.parameters == row["parameters"]


@pytest.mark.parametrize("row", [row for row in ROWS if not row["read"]], ids=lambda row: row["text"][-60:])
def test_what_is_not_certain_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(InvalidNetwork) as caught:
        read_network(whole(row), row["input"])

    assert caught.value.field == "text" or caught.value.field is None


def test_names_that_are_open_come_from_the_data_set() -> None:
    text = """
(x_train, y_train), (x_test, y_test) = load()
def build(width, height, depth, classes):
    model = Sequential([Input((height, width, depth)), Conv2D(4, 3), Flatten(), Dense(classes)])
    return model
"""
    reading = read(text, Given((3, 20, 24), 7))

    assert (reading.network.input, reading.network.classes) == ((3, 20, 24), 7)
    assert {note.values["name"] for note in reading.notes} == {"width", "height", "depth", "classes"}
    layers = "[Conv2D(4, 3, input_shape=x_train.shape[1:]), Flatten(), Dense(num_classes)]"
    shaped = f"x_train = load()\nmodel = Sequential({layers})"
    assert read(shaped, Given((3, 20, 24), 7)).network.describe()["classes"] == 7
    with pytest.raises(InvalidNetwork, match=r"'load\(\).shape"):
        read(shaped)


DATA = "(X_train, Y_train), (X_test, Y_test) = load()\n"
OPEN = [
    (DATA, "X_train.shape[1:]", "Y_train.shape[1]", (3, 20, 24)),
    (DATA, "X_train[0].shape", "len(class_names)", (3, 20, 24)),
    (DATA, "(X_train.shape[1], X_train.shape[2], 3)", "len(generator.class_indices)", (3, 20, 24)),
    (DATA + "X_train = X_train.reshape(X_train.shape[0], 28, 26, 1) / 255.0\n", "X_train.shape[1:]", "n_classes",
     (1, 28, 26)),
    ("generator = flow_from_directory('x')\n", "(20, 22, 3)", "generator.num_classes", (3, 20, 22)),
]  # fmt: skip


@pytest.mark.parametrize(("before", "shape", "classes", "found"), OPEN)
def test_shapes_and_counts_of_data_come_from_the_data_set(
    before: str, shape: str, classes: str, found: tuple[int, int, int]
) -> None:
    text = f"{before}model = Sequential([Conv2D(4, 3, input_shape={shape}), Flatten(), Dense({classes})])"

    network = read(text, Given((3, 20, 24), 7)).network

    assert (network.input, network.classes) == (found, 7)


@pytest.mark.parametrize("array", ["X_train.reshape(-1, 784)", "np.ravel(X_train)", "X_train.reshape(n, rows, -1)"])
def test_data_in_a_shape_that_is_not_known_are_not_taken_for_pictures(array: str) -> None:
    layers = "[Conv2D(4, 3, input_shape=X_train.shape[1:]), Flatten(), Dense(2)]"

    with pytest.raises(InvalidNetwork):
        print(read(f"{DATA}X_train = {array}\nmodel = Sequential({layers})", Given((3, 20, 24), 7)).network)


def test_a_notebooks_file_is_its_code() -> None:
    old = ["try:\n", "\tmodel.add(Dense(4))\n", "except ValueError, e:\n", "        print e"]
    cells = [
        {"cell_type": "markdown", "source": ["model = no Python"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "model = Sequential([Input((8, 8, 3)), Flatten()])"]},
        {"cell_type": "code", "source": old},
    ]

    assert read(json.dumps({"cells": cells, "metadata": {}})).network.classes == 4


KERAS = """
from keras.regularizers import l2
model = Sequential([Input((28, 28, 1)), Conv2D(4, 3, kernel_regularizer=l2(0.001)), Flatten(), Dense(10)])
model.compile(loss="mse", optimizer=SGD(lr=0.01, momentum=0.9, nesterov=True))
datagen = ImageDataGenerator(rotation_range=10, width_shift_range=0.1, horizontal_flip=True)
model.fit(x, y, batch_size=64, epochs=12, validation_split=0.2, callbacks=[EarlyStopping(patience=3)])
"""
TORCH = """
import torch, torch.nn as nn
def train(epoch):
    for x, y in loader:
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
loader = torch.utils.data.DataLoader(torchvision.datasets.MNIST("."), batch_size=16, shuffle=True)
optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
epochs = 5
for epoch in range(1, epochs + 1):
    train(epoch)
"""


def test_compile_and_fit_become_the_trainings_settings() -> None:
    reading = read(KERAS)

    assert reading.training == {
        "optimizer": "sgd", "learning_rate": 0.01, "momentum": 0.9, "nesterov": True, "decay": 0.0, "weight_decay": 0.0,
        "batch_size": 64, "epochs": 12, "validation_split": 0.2, "early_stopping": 3, "l2": 0.001, "shift": 3,
        "augmentation": ("shift", "flip"),
    }  # fmt: skip
    said = {(note.kind, note.values["name"]) for note in reading.notes}
    assert {("changed", "mse"), ("left_out", "rotation_range"), ("changed", "l2"), ("taken", "epochs")} <= said


def test_pytorchs_optimizer_loader_and_loop_become_the_trainings_settings() -> None:
    assert read(TORCH).training == {
        "optimizer": "adam", "learning_rate": 0.003, "decay": 0.0, "batch_size": 16, "epochs": 5,
    }  # fmt: skip


def test_another_optimizer_brings_none_of_its_numbers() -> None:
    reading = read(TORCH.replace("Adam(net.parameters(), lr=0.003)", "Adadelta(net.parameters(), lr=1.0)"))

    assert (reading.training["optimizer"], reading.training["learning_rate"]) == ("adam", 0.001)
    assert ("changed", "Adadelta") in {(note.kind, note.values["name"]) for note in reading.notes}


LONG = [
    "for i in range(10**9):\n    x = i\n",
    "while True:\n    x = 1\n",
    "x = 2 ** 10 ** 9\n",
    "x = [0] * 10 ** 9\n",
    "def f(n):\n    return f(n + 1) + f(n + 2)\nf(0)\n",
    "x = 'a'\nfor i in range(400):\n    x = x + x\n",
    "x = [1]\nfor i in range(400):\n    x = x + x\n",
    "x = [[i for i in range(500)] for j in range(500)]\n",
    "if a:\n  b = 1\nelif c:\n  b = 2\n" * 300,
    "for a in b:\n  for c in d:\n    for e in f:\n      for g in h:\n        x = 1\n" * 20,
    "def f(x):\n    if x: return 1\n    return g(x)\ndef g(x):\n    if x: return 2\n    return f(x)\nf(y)\n",
    "x = 1 << 10 ** 12\n",
    "x = round(7, -10 ** 9)\n",
    "x = int('9' * 4000)\n",
    "x = (lambda f: f(f))(lambda f: f(f))\n",
    "x = x_train\nwhile x:\n    x = x.y\n",
]


@pytest.mark.parametrize("text", LONG)
def test_what_would_run_long_is_bounded(text: str) -> None:
    start = time.process_time()
    try:
        found = read(text + "model = Sequential([Input((8, 8, 3)), Flatten(), Dense(3)])").network.classes
    except InvalidNetwork:
        found = 3

    assert found == 3
    assert time.process_time() - start < 10
