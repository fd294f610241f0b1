"""Keras' calls as its third version spells them: old names of arguments, both data formats, what only prepares data.

It does not know shapes beyond what the calls say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.core.errors import N_
from app.core.networks.libraries.calls import Call, literal
from app.core.networks.programs.values import refuse

_RENAMED = {
    "nb_filter": "filters", "subsample": "strides", "border_mode": "padding", "dim_ordering": "data_format",
    "bias": "use_bias", "output_dim": "units", "init": "kernel_initializer", "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer", "W_constraint": "kernel_constraint", "b_constraint": "bias_constraint",
    "p": "rate", "atrous_rate": "dilation_rate", "gamma_init": "gamma_initializer", "beta_init": "beta_initializer",
}  # fmt: skip
_OLD = {"nb_filter", "subsample", "border_mode", "dim_ordering", "init", "W_regularizer", "W_constraint", "nb_row"}
_FORMATS = {"th": "channels_first", "tf": "channels_last", None: "channels_last"}
_ROWS = ("Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "GlobalAvgPool2D", "GlobalMaxPool2D", "Dense")
PREPARING = {
    "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness",
    "GaussianNoise", "ActivityRegularization",
}  # fmt: skip


def modern(calls: Sequence[Call]) -> tuple[list[Call], bool]:
    """The calls in today's spelling, and whether their maps have the channels first; raises InvalidNetwork."""
    old = any(_OLD & set(call.keywords) or call.name == "Convolution2D" for call in calls)
    spelled = [_spelled(call, old) for call in calls if call.name not in PREPARING or _says_input(call)]
    formats = {_format(call) for call in _every(spelled) if "data_format" in call.keywords}
    if len(formats) > 1:
        mixed = next(call for call in spelled if _format(call) == "channels_first")
        raise refuse(mixed.line, N_("Line %(line)d has the channels first, and other layers have them last."))
    first = formats == {"channels_first"} or (old and not formats and _begins_with_channels(spelled))
    return _without_formats(spelled, first), first


def _says_input(call: Call) -> bool:
    return any(name in call.keywords for name in ("input_shape", "batch_input_shape"))


def _begins_with_channels(calls: Sequence[Call]) -> bool:
    """Whether the input's shape makes sense with the channels first alone, as Keras 1 had them: (3, 150, 150)."""
    said = next((call.keywords["input_shape"] for call in calls if "input_shape" in call.keywords), None)
    shape = said if isinstance(said, tuple) else ()
    return len(shape) == 3 and shape[0] in (1, 3) and type(shape[2]) is int and shape[2] > 4


def _every(calls: Iterable[Call]) -> Iterable[Call]:
    for call in calls:
        yield call
        yield from _every(call.inside)


def _format(call: Call) -> Any:
    said = call.keywords.get("data_format")
    said = literal(said, call.line)
    return _FORMATS.get(said, said) if said is None or isinstance(said, str) else said


def _spelled(call: Call, old: bool) -> Call:
    if call.name in PREPARING:
        kept = {name: value for name, value in call.keywords.items() if "shape" in name}
        return Call(call.line, "InputLayer", (), kept)
    inside = [_spelled(one, old) for one in call.inside]
    keywords = dict(call.keywords)
    if call.name != "Input":
        keywords = {_renamed(call.name, name): value for name, value in call.keywords.items()}
    arguments = list(call.arguments)
    if call.name in ("Convolution2D", "Conv2D") and old and _are_whole(arguments[:3], 3):
        arguments[1:3] = [(arguments[1], arguments[2])]
    if "nb_row" in keywords and "nb_col" in keywords:
        keywords["kernel_size"] = (keywords.pop("nb_row"), keywords.pop("nb_col"))
    for name in ("mode", "weights"):
        if name in keywords and keywords[name] in (0, None):
            del keywords[name]
    return replace(call, arguments=arguments, keywords=keywords, inside=inside)


def _renamed(word: str, name: str) -> str:
    if name == "alpha":
        return "negative_slope" if word == "LeakyReLU" else name
    if name == "p":
        return "rate" if "Dropout" in word else name
    return _RENAMED.get(name, name)


def _are_whole(values: Sequence[Any], count: int) -> bool:
    return len(values) == count and all(type(value) is int for value in values)


def _without_formats(calls: Sequence[Call], first: bool) -> list[Call]:
    """Without data_format; a normalization's axis is that of the channels."""
    found = []
    row = False
    for call in calls:
        keywords = {name: value for name, value in call.keywords.items() if name != "data_format"}
        if call.name == "BatchNormalization":
            keywords = _of_channels(call, keywords, first, row)
        row = row or call.name in _ROWS
        found.append(replace(call, keywords=keywords, inside=_without_formats(call.inside, first)))
    return found


def _of_channels(call: Call, keywords: Mapping[str, Any], first: bool, row: bool) -> dict[str, Any]:
    axis = keywords.get("axis", call.arguments[0] if call.arguments else -1)
    if (row and axis == 1) or (first and not row and axis in (1, -3)):
        return {name: value for name, value in keywords.items() if name != "axis"}
    if first and not row:
        raise refuse(call.line, N_("Line %(line)d: '%(name)s' can only be %(allowed)s here."), name="axis", allowed=1)
    return dict(keywords)
