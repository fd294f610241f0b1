"""Texts of programs become descriptions: what is written comes back, and what people paste is read."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from app.core.networks.arithmetic import Layer, Shape
from app.core.networks.code import write_network
from app.core.networks.networks import Network, expand
from app.core.networks.presets import presets
from app.core.networks.reading import read_network
from app.core.networks.residual import Residual, trace
from app.core.networks.window_layers import Pooling
from tests.core.networks.drawn_networks import networks

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


Sides = tuple[int, ...]
NO_ZEROS: Sides = (0, 0, 0, 0)
SAID_OTHERWISE = ("padding", "filters", "depth_multiplier")  # by what comes out, and groups


def evened(network: Network) -> Network:
    """Activations apart, and each padding as the zeros it adds: what PyTorch's text says, however it was described."""
    expanded = expand(network)
    return replace(expanded, layers=_even(network.input, expanded.layers))


def _even(shape: Shape, layers: tuple[Layer, ...]) -> tuple[Any, ...]:
    found: list[Any] = []
    zeros = NO_ZEROS
    for item in trace(shape, layers):
        if item.layer.role == "pad":
            zeros = _sum(zeros, item.layer.margins(item.before))
            continue
        if any(zeros) and item.layer.role != "kernels":
            found.append(zeros)
        if item.layer.role == "kernels":
            fields = {name: value for name, value in vars(item.layer).items() if name not in SAID_OTHERWISE}
            groups = fields.pop("groups", item.before[0])
            found.append((fields, groups, item.after[0], _sum(zeros, item.layer.margins(item.before))))
        elif isinstance(item.layer, Residual):
            found.append(("residual", _even(item.before, item.layer.layers)))
        elif isinstance(item.layer, Pooling):
            around = item.layer.margins(item.before)
            found.append((item.layer.type, item.layer.pool_size, item.layer.step, around))
        else:
            found.append(item.layer)
        zeros = NO_ZEROS
    return (*found, zeros)


def _sum(one: Sides, other: Sides) -> Sides:
    return tuple(map(sum, zip(one, other, strict=True)))


def test_the_lectures_text_is_the_lectures_network() -> None:
    network = read_network(LECTURE)

    assert network == presets()["lecture"].network
    assert network.report.parameters == 88_914_698


@given(network=networks())
@settings(max_examples=80, deadline=None)
def test_what_is_written_for_keras_is_read_as_the_same_description(network: Network) -> None:
    found = read_network(write_network(network)["keras"])

    assert evened(found) == evened(network)
    assert found == network or "zero_padding2d" in str(network.describe())  # which a convolution may take as its own


@given(network=networks())
@settings(max_examples=80, deadline=None)
def test_what_is_written_for_pytorch_is_read_as_the_same_network(network: Network) -> None:
    found = read_network(write_network(network)["pytorch"])

    assert evened(found) == evened(network)
    assert [layer.output_shape for layer in found.report.layers[-1:]] == [(network.classes,)]


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


def test_the_padding_of_a_pooling_is_kept_also_where_it_adds_nothing() -> None:
    text = "model = Sequential([InputLayer((8, 6, 3)), MaxPooling2D((2, 2), padding='same'), Flatten()])"

    network = read_network(text)

    assert network.describe()["layers"] == [{"type": "max_pooling2d", "padding": "same"}, {"type": "flatten"}]
    assert network.classes == 4 * 3 * 3


@pytest.mark.parametrize(("text", "padding"), [
    ("nn.MaxPool2d(3, 2, 1)", 1), ("nn.MaxPool2d(3, 1, 1)", "same"), ("nn.MaxPool2d((2, 5), padding=(0, 2))", [0, 2]),
    ("nn.AvgPool2d(3, 2, 1, count_include_pad=False)", 1), ("nn.MaxPool2d(3, padding=0)", "valid"),
    ("nn.AvgPool2d(3, count_include_pad=True)", "valid"), ("PaddedAvgPool2d(3, 2, (0, 1, 0, 1))", "same"),
    ("PaddedMaxPool2d(3, 2, (2, 2, 2, 2))", 2),
])  # fmt: skip
def test_pytorchs_pools_are_read_with_their_padding(text: str, padding: Any) -> None:
    network = read_network(f"m = nn.Sequential({text}, nn.Flatten())\nm(torch.rand(1, 2, 8, 10))")

    assert network.describe()["layers"][0].get("padding", "valid") == padding


def test_a_given_input_wins() -> None:
    keras = "model = Sequential([Conv2D(2, 3), Flatten(), Dense(10)])"
    torch = "model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.AdaptiveMaxPool2d(1), nn.Flatten())"

    assert read_network(keras, [3, 9, 7]).input == (3, 9, 7)
    assert read_network(torch, [3, 9, 7]).input == (3, 9, 7)
