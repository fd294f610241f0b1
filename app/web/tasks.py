"""What the routes have done by workers, by name. The server's own process imports none of it, and so no PyTorch.

The imports under TYPE_CHECKING are the whole list: type checkers follow them, a running server reads their names.
"""

import ast
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.core.classification.gradients.views import show_gradient as show_gradient
    from app.core.classification.inspection.channel_views import show_channel as show_channel
    from app.core.classification.inspection.channel_views import show_kernels as show_kernels
    from app.core.classification.inspection.channel_views import show_maximization as show_maximization
    from app.core.classification.inspection.channel_views import show_selectivity as show_selectivity
    from app.core.classification.inspection.columns import show_columns as show_columns
    from app.core.classification.inspection.views import draw_heat as draw_heat
    from app.core.classification.inspection.views import show_activations as show_activations
    from app.core.classification.inspection.views import show_probes as show_probes
    from app.core.classification.inspection.views import show_unit as show_unit
    from app.core.classification.models import describe_model as describe_model
    from app.core.lessons.lessons import read_lesson as read_lesson
    from app.core.questions.questions import judge_answer as judge_answer
    from app.core.questions.questions import pose as pose
    from app.web.work.classification import classify_picture as classify_picture
    from app.web.work.classification import write_activations as write_activations
    from app.web.work.confusion import describe_confusion as describe_confusion
    from app.web.work.confusion import draw_cell as draw_cell
    from app.web.work.convolution import explain_pixel as explain_pixel
    from app.web.work.convolution import filter_upload as filter_upload
    from app.web.work.convolution import learn_kernel as learn_kernel
    from app.web.work.datasets import keep_archive as keep_archive
    from app.web.work.datasets import look_into_dataset as look_into_dataset
    from app.web.work.models import keep_sent as keep_sent
    from app.web.work.networks import check_description as check_description
    from app.web.work.onnx import write_model as write_model
    from app.web.work.orders import read_order as read_order
    from app.web.work.previews import preview_training as preview_training
    from app.web.work.process import answer as answer
    from app.web.work.process import guard as guard
    from app.web.work.process import prepare as prepare
    from app.web.work.process import put_answer as put_answer
    from app.web.work.process import with_json as with_json
    from app.web.work.programs import pack as pack
    from app.web.work.programs import write_text as write_text
    from app.web.work.snapshots import look_again as look_again
    from app.web.work.snapshots import see_photo as see_photo
    from app.web.work.snapshots import write_photo as write_photo
    from app.web.work.timings import read_timed as read_timed
else:

    def __getattr__(name: str) -> "Task":
        """The task of that name."""
        if name not in _PLACES:
            raise AttributeError(name)
        return Task(_PLACES[name], name)


@dataclass(frozen=True, slots=True)
class Task:
    """A function by its name, which can be sent to another process: whoever calls it imports it."""

    module: str
    name: str

    def __call__(self, *arguments: Any) -> Any:
        """The function's result."""
        return getattr(import_module(self.module), self.name)(*arguments)


def _read_places() -> dict[str, str]:
    """By name the module of each task, as this file lists them."""
    block = next(node for node in ast.parse(Path(__file__).read_text("utf-8")).body if isinstance(node, ast.If))
    listed = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {name.name: node.module or "" for node in listed for name in node.names}


_PLACES = _read_places()
# Before a worker is forked; Captum takes half a second, which the first heat map would wait.
PRELOADED = (*sorted(set(_PLACES.values())), "captum.attr")
