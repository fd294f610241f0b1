"""Questions on what layers are made of and cost: numbers of a picture, maps, parameters, multiply-adds, fields."""

from dataclasses import dataclass
from random import Random

from app.core.errors import N_
from app.core.networks.arithmetic import Layer
from app.core.networks.fields import Place
from app.core.networks.layers import Flatten
from app.core.networks.reports import write_report
from app.core.networks.residual import trace
from app.core.networks.window_layers import Conv2d, MaxPooling2d
from app.core.questions.posed import Draft, Formula, Number, Option, Row, Said, Step, TableFigure, said

Wrong = tuple[tuple[float, Said], ...]


def picture_numbers(random: Random) -> Draft:
    """A color picture is height x width x 3 numbers."""
    height, width = random.choice((16, 24, 28, 32, 48)), random.choice((20, 32, 36, 64))
    values = Flatten().output_shape((3, height, width), Place())[0]
    wrong = (
        (height * width, said(N_("That is one number a pixel. In color each has three: red, green and blue."))),
        (height * width * 256, said(N_("256 is how many levels one number may have, not how many numbers there are."))),
        (3 * (height + width), said(N_("Rows times columns, not rows plus columns."))),
        (height + width, said(N_("Rows times columns, not rows plus columns."))),
    )
    return Draft(
        said(N_("How many numbers does a network get from a color picture of %(width)s × %(height)s pixels?"),
             width=Number(width), height=Number(height)),
        (),
        Option(Number(values), said(N_("Yes: to a network a picture is numbers, three for each pixel."))),
        _options(wrong),
        (Step(said(N_("Width times height times three channels:")),
              Formula((width, "·", height, "·", 3, "=", values))),),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Convolution:
    """A convolutional layer on maps of `side` x `side`."""

    channels: int
    side: int
    filters: int
    kernel: int
    padding: str = "valid"
    stride: int = 1

    @property
    def layer(self) -> Conv2d:
        """As a network has it."""
        return Conv2d(self.filters, (self.kernel,) * 2, (self.stride,) * 2, self.padding)

    def shape(self, times: int = 1) -> tuple[int, int, int]:
        """Of the input; of one larger by so much."""
        return self.channels, self.side * times, self.side * times

    @property
    def places(self) -> int:
        """A side of the output."""
        return self.layer.output_shape(self.shape(), Place())[1]

    def table(self, *more: Row) -> TableFigure:
        """What is given of it."""
        rows = (
            Row("side", said(N_("pixels a side of the input")), Number(self.side)),
            Row("channels", said(N_("channels of the input")), Number(self.channels)),
            Row("filters", said(N_("kernels (filters)")), Number(self.filters)),
            Row("kernel", said(N_("pixels a side of a kernel")), Number(self.kernel)),
        )
        return TableFigure("layer", said(N_("A convolutional layer")), (*rows, *more))


def _layer(random: Random) -> _Convolution:
    channels, side = random.choice((1, 3, 3, 8, 16, 32)), random.choice((28, 32, 64))
    return _Convolution(channels, side, random.choice((8, 12, 16, 32, 64)), random.choice((3, 5)))


def feature_maps(random: Random) -> Draft:
    """One map a kernel; a kernel is as deep as its input."""
    asked = _layer(random)
    while asked.channels == 1:
        asked = _layer(random)
    maps, _, _ = asked.layer.output_shape(asked.shape(), Place())
    depth, k = asked.channels, asked.kernel

    def shows(count: int, deep: int) -> Said:
        return said(
            N_("%(maps)s feature maps; each kernel has %(side)s × %(side)s × %(depth)s weights"),
            maps=Number(count), side=Number(k), depth=Number(deep),
        )  # fmt: skip

    flat = said(N_("A kernel reaches through all channels of its input: it has weights for each of them."))
    many = said(N_("The answers of one kernel on all channels are added into one map, not kept apart."))
    few = said(N_("Each kernel gives a map of its own; channels of the input are mixed in it."))
    wrong = (
        (shows(maps * depth, 1), many), (shows(maps, 1), flat), (shows(depth, depth), few), (shows(maps, maps), flat),
        (shows(maps * depth, depth), many),
    )  # fmt: skip
    return Draft(
        said(N_("What does this layer give, and how large is each of its kernels?")),
        (asked.table(),),
        Option(shows(maps, depth), said(N_("Yes: a feature map for each kernel, and kernels as deep as the input."))),
        tuple(Option(text, reply) for text, reply in wrong),
        (
            Step(said(N_("A feature map for each kernel:")), Formula((maps,))),
            Step(said(N_("Weights of a kernel, through all channels:")),
                 Formula((k, "·", k, "·", depth, "=", k * k * depth))),
        ),
    )  # fmt: skip


def parameters(random: Random) -> Draft:
    """filters (k k c + 1), whatever the picture's size."""
    asked = _layer(random)
    f, k, c, out = asked.filters, asked.kernel, asked.channels, asked.places
    count, larger = asked.layer.parameters(asked.shape()), asked.layer.parameters(asked.shape(2))
    wrong = (
        (f * k * k * c, said(N_("The biases are missing: one for each kernel."))),
        (f * (k * k + 1), said(N_("The channels are missing: a kernel has weights for each channel of its input."))),
        (count * out * out, said(N_("Kernels are shared: the same weights at every place, so the size of the picture "
                                    "does not count."))),
        (f * k * k * c + 1, said(N_("One bias for each kernel, not one for all."))),
        (asked.side**2 * c * f, said(N_("The size of the picture does not count: the kernel slides over it."))),
    )  # fmt: skip
    return Draft(
        said(N_("How many parameters does this layer learn, biases included?")),
        (asked.table(),),
        Option(Number(count), said(N_("Yes: kernels and biases; the size of the picture plays no part."))),
        _options(wrong),
        (
            Step(said(N_("Kernels times (weights of one + its bias):")),
                 Formula((f, "·", "(", k, "·", k, "·", c, "+", 1, ")", "=", count))),
            Step(said(N_("On a picture of twice the side, %(side)s × %(side)s, they are as many:"),
                      side=Number(2 * asked.side)), Formula((larger,))),
        ),
    )  # fmt: skip


def multiply_adds(random: Random) -> Draft:
    """Places x filters x k k c."""
    plain = _layer(random)
    stride, padding = random.choice((1, 1, 2)), random.choice(("same", "valid"))
    asked = _Convolution(plain.channels, plain.side, plain.filters, plain.kernel, padding, stride)
    f, k, c, out = asked.filters, asked.kernel, asked.channels, asked.places
    count = asked.layer.multiply_adds(asked.shape())
    wrong = (
        (f * k * k * c, said(N_("That is the cost at one place; the window stops at every place of the output."))),
        (out * out * f * k * k, said(N_("The channels are missing: each kernel reads all of them."))),
        (asked.side**2 * f * k * k * c, said(N_("Count the places of the output, not the pixels of the input."))),
        (out * out * k * k * c, said(N_("That is one kernel; the layer has %(count)s."), count=Number(f))),
        (out * f * k * k * c, said(N_("The window moves down as well as across."))),
    )
    return Draft(
        said(N_("How many multiply-adds (a product, added) does this layer cost for one picture?")),
        (asked.table(
            Row("stride", said(N_("stride")), Number(stride)),
            Row("output", said(N_("pixels a side of the output")), Number(out)),
        ),),
        Option(Number(count), said(N_("Yes: places times kernels times weights of a kernel."))),
        _options(wrong),
        (
            Step(said(N_("Products for one number of the output:")), Formula((k, "·", k, "·", c, "=", k * k * c))),
            Step(said(N_("For all its numbers, place by place and map by map:")),
                 Formula((out, "·", out, "·", f, "·", k * k * c, "=", count))),
        ),
    )  # fmt: skip


_SIDE = 96  # so large that no field is cut off


def receptive_field(random: Random) -> Draft:
    """Of two or three convolutions and poolings; the number is typed."""
    layers = _stack(random)
    report = write_report((1, _SIDE, _SIDE), trace((1, _SIDE, _SIDE), layers))
    sides = [int(str(row.receptive_field)) for row in report.layers]
    windows = [layer.cells[0] for layer in layers]
    product = 1
    for window in windows:
        product *= window
    wrong = (
        (windows[-1], said(N_("That is what the last layer sees of the one before it, not of the picture."))),
        (1 + sum(window - 1 for window in windows),
         said(N_("The stride of the pooling is missing: after it, every step counts twice in the picture."))),
        (sum(windows), said(N_("Windows overlap: each layer adds its side minus 1, times the strides before it."))),
        (product, said(N_("Sides are not multiplied: windows overlap."))),
    )  # fmt: skip
    return Draft(
        said(N_("How many pixels a side of the picture does one number after the last layer see?")),
        (TableFigure("layers", said(N_("Layers, in order")), tuple(
            Row(f"layer_{place}", said(N_("Layer %(number)s"), number=Number(place)), _told(layer))
            for place, layer in enumerate(layers, 1)
        )),),
        Option(Number(sides[-1]),
               said(N_("Yes: the deeper a layer, the larger the part of the picture that it sees."))),
        _options(wrong),
        tuple(_grown(layers, sides)),
        is_typed=True,
    )  # fmt: skip


def _stack(random: Random) -> list[Layer]:
    """Convolutions, and at least one pooling before the last of them."""
    convolutions = [Conv2d(1, (random.choice((3, 5, 7)),) * 2) for _ in range(random.choice((2, 3)))]
    layers: list[Layer] = list(convolutions)
    layers.insert(random.randint(1, len(layers) - 1), MaxPooling2d())
    return layers


def _told(layer: Layer) -> Said:
    side = Number(layer.cells[0])
    if isinstance(layer, MaxPooling2d):
        return said(N_("max pooling %(side)s × %(side)s, stride %(stride)s"), side=side, stride=Number(layer.step[0]))
    return said(N_("convolution %(side)s × %(side)s, stride 1"), side=side)


def _grown(layers: list[Layer], sides: list[int]) -> list[Step]:
    """What each layer adds: its side minus one, times the strides before it."""
    steps, before, jump = [], 1, 1
    for place, (layer, side) in enumerate(zip(layers, sides, strict=True), 1):
        parts = (before, "+", "(", layer.cells[0], "−", 1, ")", "·", jump, "=", side)
        steps.append(Step(said(N_("After layer %(number)s:"), number=Number(place)), Formula(parts)))
        before, jump = side, jump * layer.step[0]
    return steps


def _options(wrong: Wrong) -> tuple[Option, ...]:
    return tuple(Option(Number(value), reply) for value, reply in wrong)
