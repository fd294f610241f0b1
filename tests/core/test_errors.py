"""The errors' tree, and that they survive the way from a worker process."""

import pickle

import pytest

from app.core.errors import (
    N_,
    DamagedPicture,
    InvalidValue,
    PictureError,
    PictureTooLarge,
    PlaygroundError,
    TooMuchWork,
    UnsupportedPicture,
)

KINDS = [InvalidValue, TooMuchWork, PictureTooLarge, UnsupportedPicture, DamagedPicture]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_comes_back_from_another_process_as_it_was(kind: type[PlaygroundError]) -> None:
    error = kind("%(value)d is more than %(limit)d.", field="stride", value=65, limit=64)

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is kind
    assert (str(copy), copy.message, copy.field, copy.values) == (
        "65 is more than 64.", "%(value)d is more than %(limit)d.", "stride", {"value": 65, "limit": 64},
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS[2:])
def test_what_is_wrong_with_a_picture_is_a_picture_error(kind: type[PlaygroundError]) -> None:
    assert issubclass(kind, PictureError)


def test_a_sentence_without_values_may_hold_no_places() -> None:
    assert str(DamagedPicture("The file ends too early.")) == "The file ends too early."


def test_marking_a_sentence_leaves_it_unchanged() -> None:
    assert N_("Sharpen") == "Sharpen"
