"""What layers do to shapes, and what they cost: the arithmetic that every type's row in `layers` is worked out by.

A shape is (channels, height, width) or (units,). Nothing is built here, and nothing is known of PyTorch (see `modules`)
or of the layers before (see `networks`). The page works out the same from the same rows, which it is told.
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from typing import Any, ClassVar, Literal, Self, TypeVar

from app.core.errors import N_, InvalidNetwork
from app.core.networks.fields import Place, shape_text, write
from app.core.networks.formulas import Formula

Shape = tuple[int, ...]
Pair = tuple[int, int]
Entry = TypeVar("Entry")
ONE = (1, 1)
PATTERNS, ROWS = N_("Find patterns"), N_("From maps to a row")
CLASSIFIERS, STEADIERS = N_("Classify"), N_("Steady and regularize")

# What a layer does, as far as whoever looks into a network must know it: "kernels" weigh windows, "pool" and
# "global_pool" take their largest or mean, "normalize", "function" and "scale" change each value, "pass" none once
# trained, "pad" puts zeros around, "unroll" lays maps out in a row, "weigh" weighs all values of one, "sum" adds two
# ways.
ROLES = ("kernels", "pool", "global_pool", "normalize", "function", "scale", "pad", "pass", "unroll", "weigh", "sum")


@dataclass(frozen=True)
class Window:
    """What one unit looks at: `size` cells, `dilation` apart, from `stride` * its own place minus `before`; all are
    (height, width)."""

    size: Pair
    stride: Pair = ONE
    before: Pair = (0, 0)
    dilation: Pair = ONE


@dataclass(frozen=True)
class Slides:
    """The fields that say how a window slides over maps, by name; without a size it is one cell, without padding it
    stays inside."""

    size: str | None = None
    stride: str | None = None
    padding: str | None = None
    dilation: str | None = None


@dataclass(frozen=True)
class Rule:
    """`remainder` must be 0, else `field` is at fault; `sentence` may use the layer's fields, and `channels`."""

    remainder: Formula
    field: str
    sentence: str


SPREAD_OR_STEP = Rule(
    Formula("(prod(stride) - 1) * (prod(dilation) - 1)"), "dilation",
    N_("Layer %(layer)s (%(type)s) has a step of %(stride)s and a spacing of %(dilation)s; one of them must be 1: "
       "Keras knows no layer with both."),
)  # fmt: skip


@dataclass(frozen=True)
class Arithmetic:
    """A type's row of formulas. Their names are the layer's own fields, and of its input `channels` (of a row its
    units) and `values`, all of them; for `multiply_adds` also `places`, those of the output's maps.

    What comes out are maps of `gives` channels where a window `slides`, else a row of `gives` values, else what went
    in. `parameters` are learned, `statistics` measured; `multiply_adds` are products of a weight and an input value,
    for one picture: adding biases and comparing is not counted. `sees` says of what a unit depends, besides windows.
    """

    takes: Literal["any", "maps", "row"] = "any"
    slides: Slides | None = None
    gives: Formula | None = None
    sees: Literal["place", "all"] = "place"
    rules: tuple[Rule, ...] = ()
    parameters: Formula | None = None
    statistics: Formula | None = None
    multiply_adds: Formula | None = None


@dataclass(frozen=True)
class About:
    """What the page says of a type, and does with it.

    `title` is on its card (else its type), `short` names its maps; `sentence` tells whoever builds what it does, `made`
    how one of its maps was made. `group` is its place in the menu; types of one `family` can stand for each other.
    `fresh` are the fields of a new one, values or formulas of `channels` and `width`, as wide as what is around it.
    A type that is `named_by` a field is called as that says.
    """

    title: str = ""
    short: str = ""
    sentence: str = ""
    group: str = ""
    made: str = ""
    family: str = ""
    fresh: dict[str, Any] = field(default_factory=dict)
    named_by: str = ""


@dataclass(frozen=True)
class Layer:
    """The base: a layer that leaves the shape as it is and learns nothing, but for what its row says."""

    type: ClassVar[str]
    role: ClassVar[str]
    about: ClassVar[About] = About()
    arithmetic: ClassVar[Arithmetic] = Arithmetic()

    def __init_subclass__(cls) -> None:
        if "type" in vars(cls) and getattr(cls, "role", None) not in ROLES:
            raise TypeError(f"The role of '{cls.type}' must be one of {', '.join(ROLES)}.")

    @property
    def stem(self) -> str:
        """What it is called before its number: its type, or the word that it is named by."""
        return str(getattr(self, self.about.named_by)) if self.about.named_by else self.type

    def but(self, **values: Any) -> Self:
        """The same layer with other values in these fields."""
        return replace(self, **values)

    def parts(self) -> "tuple[Layer, ...]":
        """The layers that compute it one after another: itself, where it is no name for several."""
        return (self,)

    def output_shape(self, shape: Shape, place: Place) -> Shape:
        """The shape that comes out; raises InvalidNetwork where `shape` cannot go in."""
        row = self.arithmetic
        _check_input(row.takes, shape, place)
        for rule in row.rules:
            if self._count(rule.remainder, shape):
                raise place.refuse(rule.sentence, rule.field, **self._words(), channels=shape[0])
        if row.slides is None:
            return shape if row.gives is None else (self._count(row.gives, shape),)
        maps = slide(self._padded(shape, place), self.extent, self.step, place, row.slides.size or row.slides.padding)
        return self._count(row.gives or Formula("channels"), shape), *maps

    def parameters(self, shape: Shape) -> int:
        """Numbers that are learned, for an input of that shape."""
        return self._count(self.arithmetic.parameters, shape)

    def statistics(self, shape: Shape) -> int:
        """Numbers that are measured while it learns; Keras' total counts them too."""
        return self._count(self.arithmetic.statistics, shape)

    def multiply_adds(self, shape: Shape) -> int:
        """Products of a weight and an input value, for one picture."""
        formula = self.arithmetic.multiply_adds
        return self._count(formula, shape, math.prod(self.output_shape(shape, Place())[1:])) if formula else 0

    def window(self, shape: Shape) -> Window | None:
        """What a unit of the output sees of the input; None where it sees all, a lone cell where only its own place."""
        if self.arithmetic.sees == "all":
            return None
        if self.arithmetic.slides is None:
            return Window(ONE)
        top, _, left, _ = self.margins(shape)
        return Window(self.cells, self.step, (top, left), self.spread)

    @property
    def cells(self) -> Pair:
        """The window's cells, down and across."""
        return self._sides((self.arithmetic.slides or Slides()).size)

    @property
    def step(self) -> Pair:
        """Cells between two windows."""
        return self._sides((self.arithmetic.slides or Slides()).stride)

    @property
    def spread(self) -> Pair:
        """From one cell of the window to the next: its dilation."""
        return self._sides((self.arithmetic.slides or Slides()).dilation)

    @property
    def extent(self) -> Pair:
        """Cells from the window's first to its last, both counted."""
        height, width = ((cells - 1) * spread + 1 for cells, spread in zip(self.cells, self.spread, strict=True))
        return height, width

    def margins(self, shape: Shape) -> tuple[int, int, int, int]:
        """Cells put at the top, bottom, left and right of an input of that shape."""
        slides = self.arithmetic.slides
        padding: str | Pair = getattr(self, slides.padding) if slides and slides.padding else "valid"
        if padding == "same":
            rows, columns = map(same_margins, shape[1:], self.extent, self.step)
            return *rows, *columns
        vertical, horizontal = (0, 0) if isinstance(padding, str) else padding
        return vertical, vertical, horizontal, horizontal

    def even_margins(self, shape: Shape) -> Pair | None:
        """Those at the top and left where opposite sides are alike and each at most half a window, else None."""
        top, bottom, left, right = self.margins(shape)
        fits = 2 * top <= self.cells[0] and 2 * left <= self.cells[1]
        return (top, left) if (top, left) == (bottom, right) and fits else None

    def describe(self) -> dict[str, Any]:
        """The JSON value it is read from; fields that hold their default are left out."""
        values = {item.name: getattr(self, item.name) for item in fields(self) if _is_set(self, item)}
        return {"type": self.type} | {name: write(value) for name, value in values.items()}

    def _count(self, formula: Formula | None, shape: Shape, places: int = 1) -> int:
        if formula is None:
            return 0
        return formula(vars(self) | {"channels": shape[0], "values": math.prod(shape), "places": places})

    def _sides(self, name: str | None) -> Pair:
        """A field of two sides; where it is null, that of the field that it is then as."""
        if name is None:
            return ONE
        found = getattr(self, name)
        if found is None:
            return self._sides(self.__dataclass_fields__[name].metadata["kind"].otherwise)
        height, width = found
        return height, width

    def _padded(self, shape: Shape, place: Place) -> Shape:
        top, bottom, left, right = self.margins(shape)
        slides = self.arithmetic.slides
        if slides and slides.size and (top >= self.extent[0] or left >= self.extent[1]):
            raise place.refuse(
                N_("Layer %(layer)s (%(type)s) has a padding of %(padding)s; it must be less than the kernel's "
                   "%(window)s, or windows would see nothing but zeros."),
                slides.padding, padding=shape_text((top, left)), window=shape_text(self.extent),
            )  # fmt: skip
        return shape[0], shape[1] + top + bottom, shape[2] + left + right

    def _words(self) -> dict[str, Any]:
        """Its fields as sentences fill them in; the refused layer's own type and number go before them."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: shape_text(value) if isinstance(value, tuple) else value for name, value in values.items()}


def entry_of(table: Mapping[str, Entry], layer: Layer) -> Entry:
    """What a table has for the layer's type; raises InvalidNetwork, naming the type, where it has nothing."""
    if layer.type not in table:
        raise InvalidNetwork(N_("Layers of type '%(type)s' are not known here."), field="layers", type=layer.type)
    return table[layer.type]


@dataclass(frozen=True, slots=True)
class Traced:
    """A layer in its network. `name` is what it is called inside its block; `inside` are a block's own layers."""

    name: str
    layer: Layer
    before: Shape
    after: Shape
    inside: tuple["Traced", ...] = ()
    projection: Layer | None = None


def slide(shape: Shape, size: Pair, stride: Pair, place: Place, name: str | None) -> Pair:
    """Height and width of the windows' places without padding; refuses a window larger than its map."""
    if size[0] > shape[1] or size[1] > shape[2]:
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s) gets maps of %(shape)s; its window of %(window)s does not fit."),
            name, shape=shape_text(shape), window=shape_text(size),
        )  # fmt: skip
    return (shape[1] - size[0]) // stride[0] + 1, (shape[2] - size[1]) // stride[1] + 1


def need_maps(shape: Shape, place: Place) -> None:
    """Refuses a row of values where channels x height x width are needed."""
    if len(shape) != 3:
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s) gets a row of %(shape)s values; it needs maps: channels x height x width."),
            shape=shape_text(shape),
        )


def need_row(shape: Shape, place: Place) -> None:
    """Refuses maps where a row of values is needed."""
    if len(shape) != 1:
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s) gets maps of %(shape)s; it needs one row of values: put a flatten or a "
               "global pooling before it."), shape=shape_text(shape),
        )  # fmt: skip


def same_margins(length: int, size: int, stride: int) -> Pair:
    """As TensorFlow pads: the fewest zeros for ceil(n / stride) places, the odd one behind."""
    total = max((math.ceil(length / stride) - 1) * stride + size - length, 0)
    return total // 2, total - total // 2


def _check_input(takes: str, shape: Shape, place: Place) -> None:
    if takes == "maps":
        need_maps(shape, place)
    elif takes == "row":
        need_row(shape, place)


def _is_set(layer: Layer, item: "Field[Any]") -> bool:
    return item.default is MISSING or getattr(layer, item.name) != item.default
