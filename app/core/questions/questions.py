"""A question of a kind made from a seed, and an answer to it judged: the same question for the same seed, always."""

from collections.abc import Callable
from random import Random
from typing import Any

from app.core.questions import curves, filters, layers, learning, maps, windows
from app.core.questions.kinds import find_question_kind
from app.core.questions.posed import Draft, Judged, Posed, compose, judge

# By the name of its kind, what makes a question of random numbers.
MAKERS: dict[str, Callable[[Random], Draft]] = {
    "picture-numbers": layers.picture_numbers,
    "which-kernel": filters.which_kernel,
    "which-picture": filters.which_picture,
    "two-kernels": filters.two_kernels,
    "correlation": windows.correlation,
    "pixel": windows.pixel,
    "photo-pixel": windows.photo_pixel,
    "output-size": windows.output_size,
    "feature-maps": layers.feature_maps,
    "parameters": layers.parameters,
    "relu": maps.relu,
    "pooling": maps.pooling,
    "receptive-field": layers.receptive_field,
    "multiply-adds": layers.multiply_adds,
    "softmax": learning.softmax,
    "cross-entropy": learning.cross_entropy_of,
    "gradient-step": learning.gradient_step,
    "preparation": maps.preparation,
    "overfitting": curves.overfitting,
    "remedy": curves.remedy,
    "validation-above": curves.validation_above,
    "dropout-trained": learning.dropout,
    "lasso-ridge": learning.lasso_ridge,
    "batch-normalization": learning.batch_normalization,
}


def pose(kind: str, seed: int) -> Posed:
    """The question; UnknownQuestion for a kind that is none."""
    find_question_kind(kind)
    random = Random(f"{kind} {seed}")
    return compose(kind, seed, MAKERS[kind](random), random)


def judge_answer(kind: str, seed: int, answer: Any) -> Judged:
    """Whether the letter, or the number, answers that question, and why; InvalidValue where it is no answer."""
    return judge(pose(kind, seed), answer)
