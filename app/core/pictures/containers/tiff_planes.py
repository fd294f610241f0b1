"""TIFF colors of which Pillow has no mode, or keeps half, as gray files that it reads.

Colors in planes of their own become a file each; colors side by side become one file of several times the width. It
decodes no pixel: the numbers' bytes stay as they are.
"""

from itertools import accumulate

from app.core.pictures.containers.directories import Directory, write
from app.core.pictures.containers.first import Layers

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _COLORS, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_SAMPLES, _ROWS, _PLANES, _PREDICTOR = 277, 278, 284, 317
_TILE_WIDTH, _TILE_HEIGHT, _EXTRA, _SAMPLE_FORMAT = 322, 323, 338, 339
_STRIPS, _TILES = (273, 279), (324, 325)  # offsets, and counts of bytes
_GRAY = 1
_NAMES = {1: "L", 2: "RGB", 5: "CMYK"}  # what PhotometricInterpretation says, as Pillow names it
_ALPHA = {1: "a", 2: "A"}  # what ExtraSamples says: colors times alpha, or as they are
_BYTE_COMPRESSIONS = (1, 5, 8, 32773, 32946, 50000)  # none, LZW, deflate, run lengths, deflate, Zstandard
_PIXEL_BITS = 96  # side by side; more numbers than colors would cost memory for nothing
_COPIED = (_HEIGHT, _COMPRESSION, _FILL_ORDER, _ROWS, _PREDICTOR, _TILE_HEIGHT)


def as_gray(directory: Directory) -> Layers | None:
    """Those of the directory's picture; None where Pillow reads it by itself, or nobody here. Raises ValueError."""
    numbers, meaning = directory.numbers, _meaning(directory)
    apart, samples = numbers(_PLANES, 1) == (2,), numbers(_SAMPLES, 1)[0]
    if not meaning or not _is_ours(directory, meaning, apart):
        return None
    strips = _strips(directory)
    if not apart:
        return Layers((_write(directory, strips, samples),), samples, meaning)
    each = len(strips) // samples
    planes = [strips[each * place : each * (place + 1)] for place in range(len(meaning))]
    return Layers(tuple(_write(directory, plane, 1) for plane in planes), 1, meaning)


def _meaning(directory: Directory) -> str:
    """Nothing for one number a pixel, and for what is neither gray, RGB nor CMYK."""
    name = _NAMES.get(directory.numbers(_COLORS, 0)[0], "")
    extra = directory.numbers(_SAMPLES, 1)[0] - len(name)
    if not name or extra < 0 or (name, extra) == ("L", 0):
        return ""
    return name if name == "CMYK" or not extra else name + _ALPHA.get(directory.numbers(_EXTRA, 0)[0], "")


def _is_ours(directory: Directory, meaning: str, apart: bool) -> bool:
    numbers = directory.numbers
    bits, kinds = set(numbers(_BITS, 1)), set(numbers(_SAMPLE_FORMAT, 1))
    small = numbers(_SAMPLES, 1)[0] * max(bits, default=0) <= _PIXEL_BITS
    plain = small and numbers(_PREDICTOR, 1) == (1,)  # each number by itself, not its distance to the last of its kind
    if len(bits) != 1 or len(kinds) != 1 or numbers(_COMPRESSION, 1)[0] not in _BYTE_COMPRESSIONS:
        return False
    if bits == {32}:  # whose range is chosen by its content, which alpha is no part of
        return meaning in ("L", "RGB") and (apart or plain)
    if apart:
        return kinds == {1} and (bits == {16} or (bits == {8} and meaning != "CMYK"))
    return kinds == {1} and plain and ((bits == {16} and meaning[0] == "L") or (bits == {8} and meaning == "RGBa"))


def _strips(directory: Directory) -> list[bytes]:
    """The bytes of all strips or tiles, each once."""
    offsets, counts = (directory.numbers(tag, 0) for tag in _tables(directory))
    if len(offsets) != len(counts) or sum(counts) > len(directory.data):
        raise ValueError("strips are missing, or lie over each other")
    return [directory.data[at : at + count] for at, count in zip(offsets, counts, strict=True)]


def _tables(directory: Directory) -> tuple[int, int]:
    return _TILES if _TILES[0] in directory.entries else _STRIPS


def _write(directory: Directory, strips: list[bytes], times: int) -> bytes:
    """A TIFF of these strips in gray, so many times as wide."""
    offsets = list(accumulate(map(len, strips[:-1]), initial=8))
    tables = dict(zip(_tables(directory), (offsets, [len(strip) for strip in strips]), strict=True))
    widths = {tag: [times * directory.numbers(tag, 0)[0]] for tag in (_WIDTH, _TILE_WIDTH)}
    firsts = {tag: [directory.numbers(tag, 0)[0]] for tag in (_BITS, _SAMPLE_FORMAT, *_COPIED)}
    known = {tag: numbers for tag, numbers in (widths | firsts).items() if tag in directory.entries}
    return write(directory.order, known | tables | {_COLORS: [_GRAY], _SAMPLES: [1]}, strips)
