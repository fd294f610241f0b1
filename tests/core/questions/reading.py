"""Reads from a posed question what its visitor sees: numbers of a table, rows of a matrix, a picture's pixels."""

import io
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from app.core.questions.posed import CurvesFigure, MatrixFigure, Number, Option, PictureFigure, Posed, Said, TableFigure
from app.core.questions.questions import pose

SEEDS = 500
ZERO, SIGNS = np.array([0xF7, 0xF6, 0xF3]), {-1: np.array([0x21, 0x66, 0xAC]), 1: np.array([0xB2, 0x43, 0x2B])}


@cache
def asked(kind: str) -> list[Posed]:
    """The questions of that kind for all seeds."""
    return [pose(kind, seed) for seed in range(SEEDS)]


def figure(posed: Posed, name: str) -> Any:
    """The figure of that name."""
    return next(figure for figure in posed.draft.figures if figure.name == name)


def matrix(posed: Posed, name: str) -> np.ndarray:
    """The rows of the figure of that name, divided by its divisor."""
    found = figure(posed, name)
    assert isinstance(found, MatrixFigure)
    return weights(found)


def weights(found: MatrixFigure) -> np.ndarray:
    return np.array(found.rows) / found.divisor


def table(posed: Posed) -> dict[str, Any]:
    """The values of the only table by name: numbers, or sentences."""
    (found,) = (figure for figure in posed.draft.figures if isinstance(figure, TableFigure))
    return {row.name: plain(row.value) for row in found.rows}


def tables(posed: Posed) -> list[dict[str, Any]]:
    """The same of several tables."""
    found = [figure for figure in posed.draft.figures if isinstance(figure, TableFigure)]
    return [{row.name: plain(row.value) for row in one.rows} for one in found]


def plain(value: Said | Number) -> Any:
    """A number as such; a share in percent as well; else the sentence."""
    if isinstance(value, Number):
        return round(value.value, value.decimals)
    return plain(value.values["number"]) if value.message == "%(number)s%%" else value


def values(said: Said) -> tuple[float, ...]:
    """The numbers in a sentence."""
    return tuple(plain(value) for value in said.values.values())


def curves(option: Option) -> CurvesFigure:
    assert isinstance(option.shows, CurvesFigure)
    return option.shows


def pixels(found: PictureFigure) -> np.ndarray:
    """Gray levels as float64; of a picture in two colors the signed share of the largest size, from its colors."""
    return _decode(found.png)


@cache
def _decode(png: bytes) -> np.ndarray:
    levels = np.asarray(Image.open(io.BytesIO(png))).astype(float)
    if levels.ndim == 2:
        return levels
    away = {sign: (levels - ZERO) @ (end - ZERO) / ((end - ZERO) @ (end - ZERO)) for sign, end in SIGNS.items()}
    share = np.where(away[1] > away[-1], away[1], -away[-1])
    return np.sign(share) * np.abs(share) / (9 - 8 * np.minimum(np.abs(share), 1))
