"""Texts of programs become descriptions: what is written comes back, what people paste is read, nothing is run."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.errors import InvalidNetwork
from app.core.layers import Conv2d, Layer, Shape
from app.core.network_code import write_network
from app.core.network_reading import read_network
from app.core.networks import Network, expand, parse_network, report
from app.core.presets import presets
from app.core.residual import Residual
from app.core.tracing import trace
from tests.core.drawn_networks import networks

# As the lecture prints it, with its comments and what follows the layers.
LECTURE = """
# Inicializamos el modelo
model = Sequential()

# Le añadimos las capas que queremos. Este primer bloque será nuestro extractor de características.
model.add(Conv2D(128, kernel_size=(3, 3), activation='relu', input_shape=(32, 32, 3)))
model.add(Conv2D(128, kernel_size=(3, 3), activation='relu'))
model.add(Conv2D(128, kernel_size=(3, 3), activation='relu'))

# Añadimos nuestro clasificador
model.add(Flatten())
model.add(Dense(1024, activation='relu'))
model.add(Dense(10, activation='softmax'))

# Compilamos el modelo
model.compile(loss='categorical_crossentropy', optimizer=Adam(lr=0.0001, decay=1e-6), metrics=['accuracy'])

# Entrenamos el modelo (validation_data debe ser el conjunto de validación, ni el de train ni el de test)
model.fit(X_train_norm, to_categorical(Y_train), batch_size=128, shuffle=True, epochs=10, validation_data=(X_val_norm, to_categorical(Y_val)))

# Evaluamos el modelo
scores = model.evaluate(X_test_norm, to_categorical(Y_test))

print('Loss: %.3f' % scores[0])
print('Accuracy: %.3f' % scores[1])
"""  # noqa: E501 - the lecture's line

KERAS = """
import tensorflow as tf
from tensorflow.keras import layers, models
from tensorflow.keras.layers import Conv2D as Conv

classes, width = 10, 8 * 4
size = (width, 32, 3)

def make(rate=0.5):
    body = models.Sequential([layers.Input(size), Conv(4, 3, strides=2, padding="SAME"), layers.ReLU()], name="body")
    with tf.device("cpu"):
        net = models.Sequential()
        net.add(body)
        net.add(layers.ZeroPadding2D(1))
        net.add(layers.Conv2D(2 * 4, (3, 3), activation=tf.nn.swish, kernel_regularizer=tf.keras.regularizers.l2(1e-4)))
        net.add(layers.MaxPool2D(strides=1))
        net.add(layers.BatchNormalization(momentum=.9))
        net.add(layers.GlobalAveragePooling2D())
        net.add(layers.Dropout(0.25))
        net.add(layers.Dense(units=10))
        return net

model = make()
model.add(layers.Softmax())
model.summary()
for epoch in range(3):
    print(epoch)
"""

PYTORCH = """
import torch.nn as nn

features = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, kernel_size=3, stride=2, padding=1), nn.GELU(),
)
head = nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Dropout(p=0.2), nn.Linear(16, 10))
model = nn.Sequential(features, head)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(10):
    optimizer.zero_grad()
"""


def evened(network: Network) -> Network:
    """Activations apart, and each padding as the zeros it adds: what PyTorch's text says, however it was described."""
    expanded = expand(network)
    return replace(expanded, layers=_even(network.input, expanded.layers))


def _even(shape: Shape, layers: tuple[Layer, ...]) -> tuple[Any, ...]:
    found: list[Any] = []
    for item in trace(shape, layers):
        if isinstance(item.layer, Conv2d):
            found.append((replace(item.layer, padding="valid"), item.layer.margins(item.before)))
        elif isinstance(item.layer, Residual):
            found.append(("residual", _even(item.before, item.layer.layers)))
        else:
            found.append(replace(item.layer, stride=item.layer.step) if hasattr(item.layer, "step") else item.layer)
    return tuple(found)


def test_the_lectures_text_is_the_lectures_network() -> None:
    network = read_network(LECTURE)

    assert network == presets()["lecture"].network
    assert report(network).parameters == 88_914_698


@given(network=networks())
@settings(max_examples=80, deadline=None)
def test_what_is_written_for_keras_is_read_as_the_same_description(network: Network) -> None:
    assert read_network(write_network(network)["keras"]) == network


@given(network=networks())
@settings(max_examples=80, deadline=None)
def test_what_is_written_for_pytorch_is_read_as_the_same_network(network: Network) -> None:
    found = read_network(write_network(network)["pytorch"])

    assert evened(found) == evened(network)
    assert [layer.output_shape for layer in report(found).layers[-1:]] == [(network.classes,)]


@pytest.mark.parametrize("name", presets())
def test_the_presets_come_back_exactly_from_both(name: str) -> None:
    network = presets()[name].network

    for program in write_network(network).values():
        assert read_network(program) == network


def test_names_functions_models_within_models_and_old_spellings_are_followed() -> None:
    network = read_network(KERAS)

    assert network.describe() == {"input": [3, 32, 32], "classes": 10, "layers": [
        {"type": "conv2d", "filters": 4, "stride": 2, "padding": "same"}, {"type": "activation", "activation": "relu"},
        {"type": "conv2d", "filters": 8, "padding": 1, "activation": "silu"}, {"type": "max_pooling2d", "stride": 1},
        {"type": "batch_normalization", "momentum": 0.9}, {"type": "global_average_pooling2d"},
        {"type": "dropout", "rate": 0.25}, {"type": "dense", "units": 10},
        {"type": "activation", "activation": "softmax"},
    ]}  # fmt: skip


def test_a_pytorch_text_without_an_example_is_given_the_usual_size() -> None:
    network = read_network(PYTORCH)

    assert network.describe() == {"input": [3, 32, 32], "classes": 10, "layers": [
        {"type": "conv2d", "filters": 8, "padding": "same", "use_bias": False},
        {"type": "batch_normalization", "epsilon": 1e-5, "momentum": 0.9}, {"type": "activation", "activation": "relu"},
        {"type": "max_pooling2d"}, {"type": "conv2d", "filters": 16, "stride": 2, "padding": 1, "activation": "gelu"},
        {"type": "global_average_pooling2d"}, {"type": "dropout", "rate": 0.2}, {"type": "dense", "units": 10},
    ]}  # fmt: skip


@pytest.mark.parametrize(("text", "size"), [
    ("nn.Sequential(nn.Flatten(), nn.Linear(784, 10))", (1, 28, 28)),
    ("nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))", (3, 32, 32)),
    ("m = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Flatten(), nn.Linear(6 * 28 * 28, 10))", (1, 28, 28)),
    ("m = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(2 * 9 * 9, 10))", (3, 11, 11)),
    ("m = nn.Sequential(nn.Conv2d(3, 2, 3), nn.AdaptiveMaxPool2d(1), nn.Flatten())\nm(torch.rand(8, 3, 20, 30))",
     (3, 20, 30)),
])  # fmt: skip
def test_the_size_of_pytorchs_input_is_found(text: str, size: tuple[int, int, int]) -> None:
    assert read_network(text).input == size


def test_a_given_input_wins() -> None:
    keras = "model = Sequential([Conv2D(2, 3), Flatten(), Dense(10)])"
    torch = "model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.AdaptiveMaxPool2d(1), nn.Flatten())"

    assert read_network(keras, [3, 9, 7]).input == (3, 9, 7)
    assert read_network(torch, [3, 9, 7]).input == (3, 9, 7)


START = "model = Sequential()\nmodel.add(Input((8, 8, 3)))\n"
REFUSED: list[tuple[str, int | None, str]] = [
    ("", None, "holds no Sequential"),
    ("print('hello')", None, "holds no Sequential"),
    ("model = Sequential()", None, "holds no Sequential"),
    ("class Net(nn.Module):\n    def __init__(self):\n        self.c = nn.Sequential(nn.ReLU())", None, "holds no"),
    ("model = Sequential([\n", 1, "not valid Python"),
    ("x = 1\n%matplotlib inline", 2, "not valid Python"),
    ("model = Sequential([Conv2D(2, 3)])", 1, "input_shape"),
    ("model = Sequential([Conv2D(2, 3, input_shape=(8, 8))])", 1, "last layer gives maps of 2 x 6 x 6"),
    ("model = Sequential([Dense(2, input_shape=(784,))])", 1, "height, width and channels"),
    ("model = Sequential([Dense(2, input_shape=(None, None, 3))])", None, "'input' must be"),
    (START + "model.add(Conv2D(4, 9))", 3, "its window of 9 x 9 does not fit"),
    (START + "model.add(LSTM(4))", 3, "Known are: Conv2D"),
    (START + "model.add(Conv2D(4, filters))", 3, "not written out"),
    (START + "model.add(Conv2D(4, int('3')))", 3, "not written out"),
    (START + "model.add(Conv2D(4))", 3, "needs 'kernel_size'"),
    (START + "model.add(Conv2D(4, 3, filters=4))", 3, "not known here; known are: filters"),
    (START + "model.add(Conv2D(4, 3, causal=True))", 3, "not known here"),
    (START + "model.add(Conv2D(4, 3, dilation_rate=2))", 3, "'dilation_rate' can only be 1"),
    (START + "model.add(Flatten(1, 2, 3))", 3, "more arguments"),
    (START + "model.add(Conv2D(4 / 0, 3))", 3, "divides by zero"),
    (START + "model.add(Conv2D('4' * 3, 3))", 3, "not a number"),
    (START + "model.add(Dense(10**9))", 3, "not written out"),
    (START + "model.add(Dense(1000000 * 1000000))", 3, "not less than 1000000000"),
    (START + "model.add(Conv2D(4, 3, activation=LeakyReLU()))", 3, "not written out"),
    (START + "model.add(Conv2D(4, 3, activation='softplus'))", 3, "one of none, relu"),
    (START + "model.add(ZeroPadding2D(1))\nmodel.add(Flatten())", 4, "right before a convolution"),
    (START + "model.add(ZeroPadding2D(((0, 2), (1, 1))))\nmodel.add(Conv2D(4, 3))", 4, "make padding 'same'"),
    (START + "for n in (4, 8):\n    model.add(Conv2D(n, 3))", 4, "loop or a branch"),
    (START + "model.pop()", 3, "changes the model"),
    (START + "model.add(*layers)", 3, "not a layer"),
    (START + "model.add(Conv2D(4, 3, **options))", 3, "not known here"),
    (START + "model.add(Softmax())\nmodel.add(Flatten())", 3, "very end"),
    (START + "model.add(Dropout(0.1))\n" * 41 + "model.add(Flatten())", None, "40 layers"),
    ("model = Sequential([Conv2D(1, 1) for _ in range(9)])", 1, "not a layer"),
    ("class Residual(nn.Sequential):\n    pass\nmodel = nn.Sequential(nn.ReLU())", 1, "Residual of its own"),
    ("m = nn.Sequential(\n    nn.Conv2d(3, 4, 3),\n    nn.Conv2d(8, 4, 3),\n)", 3, "must be 4, as 4 x 30 x 30"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(3))", 1, "'num_features' must be 4"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding='same'))", 1, "stride of 1"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3, groups=3))", 1, "'groups' can only be 1"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(3, 2, 1))", 1, "'padding' can only be 0"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(7))", 1, "'output_size' can only be 1"),
    ("m = nn.Sequential(Residual(nn.Conv2d(3, 4, 3, padding=1)), nn.Flatten())", 1, "projection"),
    ("m = nn.Sequential(nn.Conv2d('3', 4, 3))", 1, "'in_channels'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "said"), REFUSED)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, line: int | None, said: str) -> None:
    with pytest.raises(InvalidNetwork, match=said) as caught:
        read_network(text)

    assert caught.value.values.get("line") == line


DOUBLING = "a = Sequential([Dropout(0.1), Dropout(0.1)])\n" + "a = Sequential([a, a])\n" * 60
HOSTILE = [
    None, 5, [], {}, "x" * 65_537, "\0", "\ud800", "(" * 60_000, "[" * 150 + "]" * 150, "-" * 60_000 + "1",
    "a" + ".a" * 30_000,
    "x = " + "1 + " * 15_000 + "1", "model = Sequential([" + "Sequential([" * 90 + "])" * 91, "9" * 60_000, "x = 9e999",
    "f(" * 90 + ")" * 90, DOUBLING, "x = 1\n" * 10_000, "\\d = '\\d'", "x = '\\d'", "if 1:\n",
    "lambda: " * 8000 + "1",
    "class Residual(" + "a." * 5000 + "a): pass", "x = not " * 9000,
    "model = Sequential([Conv2D(" + "-" * 900 + "3, 3)])",
    "x = x\nmodel = Sequential(x)", "model = Sequential()\nmodel.add(model)\nmodel.add(model)", "a = " * 5000 + "1",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_refused_at_once(text: Any) -> None:
    with pytest.raises(InvalidNetwork):
        read_network(text)


def test_nothing_of_a_text_is_ever_run(tmp_path: Path) -> None:
    target = tmp_path / "run"
    evil = f"__import__('pathlib').Path({str(target)!r}).touch()"
    model = "Sequential([Input((4, 4, 1)), Flatten(), Dense(2)])"
    texts = [f"{evil}\nmodel = {model}", f"x = {evil}\nmodel = {model}", f"model = {model}\nmodel.fit({evil})",
             f"model = Sequential([Input((4, 4, 1)), Flatten(), Dense({evil})])",
             f"def f(x={evil}):\n    return 1\nmodel = {model}"]  # fmt: skip

    for text in texts:
        with suppress(InvalidNetwork):
            read_network(text)

    assert not target.exists()


PIECES = st.sampled_from([
    "model", " = ", "Sequential", "nn.", "(", ")", "[", "]", ", ", "\n", "Conv2D", "Conv2d", "Flatten()", "Dense(10)",
    "add", ".", "3", "'relu'", "activation=", "Input((8, 8, 3))", "for x in y:", "  ", "Residual", "-", "*", "def f():",
    "return ", "None",
])  # fmt: skip


@given(text=st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
@example("model = Sequential(layers=None)")
@example("model = Sequential([Residual([], projection=None)])")
@example("model = nn.Sequential(Residual(('projection', nn.ReLU())))")
@example("x = Sequential")
@settings(max_examples=400)
def test_any_text_is_read_or_refused_but_breaks_nothing(text: str) -> None:
    with suppress(InvalidNetwork):
        assert parse_network(read_network(text).describe())
