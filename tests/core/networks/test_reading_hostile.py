"""Texts that cannot be read are refused with their line, hostile ones at once; nothing of a text is ever run."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.errors import InvalidNetwork
from app.core.networks.networks import parse_network
from app.core.networks.reading import read_network

START = "model = Sequential()\nmodel.add(Input((8, 8, 3)))\n"
REFUSED: list[tuple[str, int | None, str]] = [
    ("", None, "holds no Sequential"),
    ("print('hello')", None, "holds no Sequential"),
    ("model = Sequential()", None, "holds no Sequential"),
    ("class Net(nn.Module):\n    def __init__(self):\n        self.c = nn.Sequential(nn.ReLU())", None, "holds no"),
    ("model = Sequential([\n", 1, "not valid Python"),
    ("x = 1\n%matplotlib inline", None, "holds no Sequential"),
    ("x = 1\n%matplotlib inline\nx = = 2", 3, "not valid Python"),
    ("model = Sequential([Conv2D(2, 3)])", 1, "input_shape"),
    ("model = Sequential([Conv2D(2, 3, input_shape=(8, 8))])", 1, "last layer gives maps of 2 x 6 x 6"),
    ("model = Sequential([Dense(2, input_shape=(785,))])", 1, "height, width and channels"),
    ("model = Sequential([Dense(2, input_shape=(None, None, 3))])", None, "'input' must be"),
    (START + "model.add(Conv2D(4, 9))", 3, "its window of 9 x 9 does not fit"),
    (START + "model.add(LSTM(4))", 3, "Known are: Conv2D"),
    (START + "model.add(Conv2D(4, filters))", 3, "not written out"),
    (START + "model.add(Conv2D(4, ord('3')))", 3, "from 'ord\\(\\)', which is not written out"),
    (START + "model.add(Conv2D(4))", 3, "needs 'kernel_size'"),
    (START + "model.add(Conv2D(4, 3, filters=4))", 3, "not known here; known are: filters"),
    (START + "model.add(Conv2D(4, 3, causal=True))", 3, "not known here"),
    (START + "model.add(Conv2D(4, 3, 2, dilation_rate=2))", 3, "a step of 2 x 2 and a spacing of 2 x 2"),
    (START + "model.add(MaxPooling2D(2, padding='full'))", 3, "must be 'valid', 'same'"),
    (START + "model.add(PaddedMaxPooling2D(3, padding=((3, 3), (1, 1))))", 3, "padding of 3 x 1; it must be less than"),
    (START + "model.add(PaddedAveragePooling2D(3, padding=((0, 2), (0, 0))))", 3, "make padding 'same'"),
    (START + "model.add(PaddedMaxPooling2D(3, padding='same'))", 3, "the padding must be whole numbers"),
    (START + "model.add(PaddedMaxPooling2D(3))", 3, "needs 'padding'"),
    (START + "model.add(Flatten())\nmodel.add(MaxPooling2D(2, padding='same'))", 4, "gets a row of 192"),
    (START + "model.add(Dropout(0.1))\n" * 300, None, "more than 200"),
    (START + "model.add(Flatten(1, 2, 3))", 3, "more arguments"),
    (START + "model.add(Conv2D(4 / 0, 3))", 3, "divides by zero"),
    (START + "model.add(Conv2D('4' * 3, 3))", 3, "not a number"),
    (START + "model.add(Dense(10**9))", 3, "not less than 1000000000"),
    (START + "model.add(Dense(1000000 * 1000000))", 3, "not less than 1000000000"),
    (START + "model.add(Conv2D(4, 3, activation=LeakyReLU()))", 3, "not written out"),
    (START + "model.add(Conv2D(4, 3, activation='softplus'))", 3, "one of none, relu"),
    (START + "model.add(ZeroPadding2D(((0, 1), (0, 1))))\nmodel.add(Flatten())", 3, "right before a convolution"),
    (START + "model.add(ZeroPadding2D(((0, 2), (1, 1))))\nmodel.add(Conv2D(4, 3))", 4, "make padding 'same'"),
    (START + "for n in sizes:\n    model.add(Conv2D(n, 3))", 3, "loop whose way"),
    (START + "model.pop()", 3, "changes the model"),
    (START + "model.add(*layers)", 3, "not a layer"),
    (START + "model.add(Conv2D(4, 3, **options))", 3, "needs 'options', which is not written out"),
    (START + "model.add(Softmax())\nmodel.add(Flatten())", 3, "very end"),
    (START + "model.add(Dropout(0.1))\n" * 41 + "model.add(Flatten())", None, "40 layers"),
    ("model = Sequential([Conv2D(1, 1) for _ in pages])", 1, "needs 'pages', which is not written out"),
    ("class Residual(nn.Conv2d):\n    pass\nmodel = nn.Sequential(Residual(3, 4, 3))", 3, "from 'Residual'"),
    ("m = nn.Sequential(\n    nn.Conv2d(3, 4, 3),\n    nn.Conv2d(8, 4, 3),\n)", 3, "must be 4, as 4 x 30 x 30"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(3))", 1, "'num_features' must be 4"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding='same'))", 1, "stride of 1"),
    (START + "model.add(LeakyReLU())", 3, "needs 'negative_slope'"),
    (START + "model.add(LeakyReLU(0.1))", 3, "'negative_slope' can only be 0.2"),
    (START + "model.add(ELU(alpha=0.5))", 3, "'alpha' can only be 1"),
    (START + "model.add(ReLU(max_value=5))", 3, "'max_value' can only be 6"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.LeakyReLU())", 1, "needs 'negative_slope'"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3, groups=3))", 1, "4 kernels cannot be divided into 3"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3, groups=2))", 1, "3 maps cannot be divided into 2"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(3, 2, 2))", 1, "at most half of the window"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d((2, 4), padding=(2, 1)))", 1, "at most half of the window"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(3, padding='same'))", 1, "must be whole numbers"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(3, padding=-1))", 1, "'padding' is -1"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d('3', padding=1))", 1, "'pool_size' must be"),
    ("m = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(3, padding=(1, 1, 1)))", 1, "height and width"),
    ("m = nn.Sequential(nn.ReLU(), nn.MaxPool2d(3, 2, 1, ceil_mode=True))", 1, "'ceil_mode' can only be False"),
    ("m = nn.Sequential(nn.AvgPool2d(3, 2, 1))", 1, "'count_include_pad' can only be False"),
    ("m = nn.Sequential(nn.AvgPool2d(3, 2, 1, count_include_pad=True))", 1, "'count_include_pad' can only be False"),
    ("m = nn.Sequential(nn.AvgPool2d(3, count_include_pad='no'))", 1, "'count_include_pad' can only be True"),
    ("m = nn.Sequential(nn.ReLU(), PaddedMaxPool2d(3, sides=(0, 2, 0, 0)))", 1, "make padding 'same'"),
    ("m = nn.Sequential(nn.ReLU(), PaddedMaxPool2d(3, sides=(0, -2, 0, 0)))", 1, "one whole number, or four"),
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
BLOCKS = "r = Residual([Dropout(0.1)])\n" + "r = Residual([r, r])\n" * 60
HOSTILE = [
    BLOCKS + "model = Sequential([Input((4, 4, 1)), r])",
    BLOCKS + "model = Sequential([Input((4, 4, 1)), Residual([Dropout(0.1)], projection=Residual([r]))])",
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
@settings(max_examples=400, deadline=1000)
def test_any_text_is_read_or_refused_but_breaks_nothing(text: str) -> None:
    with suppress(InvalidNetwork):
        assert parse_network(read_network(text).describe())
