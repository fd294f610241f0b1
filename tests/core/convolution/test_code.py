"""Every program is run as it is written, on a picture in a folder of its own, and compared with the engine."""

import ast
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from app.core.convolution.chains import apply
from app.core.convolution.code import write_programs
from app.core.convolution.kernels import KERNELS
from app.core.convolution.programs.screen import Held
from app.core.convolution.steps import BORDERS, Convolution, Pool, Relu, Step
from app.core.errors import InvalidValue
from app.core.pictures.display import to_bytes
from app.core.pictures.images import decode, open_sample
from app.core.pictures.outputs import DISPLAYS
from app.core.pictures.sample_levels import sample_png
from app.core.pictures.uploads import PictureLimits
from app.web.convolution.steps import ChainFields
from tests import hostile

# Keras asks torch for arrays in a way that NumPy 2 wants changed; that is between the two.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LIBRARIES = ("pytorch", "numpy", "opencv", "keras")
OUTSIDE = BORDERS[:4]  # those that have a padding
EVEN = ((1.0, 2.0, 0.0, -1.0), (0.0, 3.0, -4.0, 0.5))
WIDE = tuple(tuple(float((3 * row + 5 * column) % 7 - 3) for column in range(15)) for row in range(13))


@dataclass(frozen=True)
class Case:
    """A screen, by what differs from the plainest one."""

    name: str
    steps: tuple[Step, ...]
    names: tuple[str | None, ...] = ()
    size: tuple[int, int] = (37, 26)
    request: dict[str, Any] = field(default_factory=dict)

    def programs(self, **others: Any) -> dict[str, str]:
        names = self.names or (None,) * len(self.steps)
        return write_programs(self.steps, names=names, file="photo.png", **(self.request | others))


def classic(name: str, **fields: Any) -> Convolution:
    return Convolution(KERNELS[name].matrix, KERNELS[name].divisor, **fields)


LONE = (
    [Case(f"border {border}", (classic("emboss", border=border),)) for border in BORDERS]
    + [Case(f"even kernel, border {border}", (Convolution(EVEN, border=border),)) for border in BORDERS]
    + [Case(f"stride 3, dilation 2, {b}", (classic("sobel-x", stride=3, dilation=2, border=b),)) for b in BORDERS]
    + [Case(f"even kernel, spread, {b}", (Convolution(EVEN, stride=2, dilation=3, border=b),)) for b in BORDERS]
    + [Case(f"wider than the picture, {b}", (Convolution(WIDE, 40.0, border=b, dilation=4),)) for b in OUTSIDE]
    + [Case(f"padding {p}, {b}", (classic("emboss", border=b, padding=p),)) for p in (0, 3, "full") for b in OUTSIDE]
    + [
        Case(f"even, padding {p}, {b}", (Convolution(EVEN, 2.0, 5.0, 2, 3, b, p, flip=True),))
        for b in OUTSIDE for p in (4, "full")
    ]
    + [Case(f"display {display}", (classic("sobel-y"),), request={"display": display}) for display in DISPLAYS]
    + [
        Case(f"display {display} in gray", (classic("edge-diagonal", border="wrap"),),
             request={"display": display, "color": "gray"})
        for display in DISPLAYS
    ]
)  # fmt: skip
OTHERS = [
    Case("flip", (Convolution(EVEN, flip=True, border="reflect"),)),
    Case("divisor and offset", (classic("gaussian-blur-5", offset=-12.5),)),
    Case("negative divisor", (Convolution(((1.0, 2.0), (3.0, 4.5)), -0.75, 128.0),)),
    Case("one cell", (Convolution(((2.0,),)),), request={"display": "rescale"}),
    Case("all zeros rescaled", (Convolution(((0.0,),)),), request={"display": "rescale"}),
    Case("all zeros signed", (Convolution(((0.0,),)),), request={"display": "signed"}),
    Case("a row", (Convolution(((0.25, 0.5, 0.125, 1e-3),), border="replicate"),)),
    Case("large kernel", (Convolution(WIDE, 50.0, border="reflect"),)),
    Case("gray", (classic("sharpen", border="reflect"),), request={"color": "gray"}),
    Case("gray, padded", (classic("sharpen", border="reflect", padding=2),), request={"color": "gray"}),
    Case("gray, full", (classic("sharpen", padding="full"),), request={"color": "gray"}),
    Case("reduced", (classic("sharpen"),), ("sharpen",), (97, 64), {"max_side": 40}),
    Case("reduced in gray", (classic("sharpen"),), ("sharpen",), (64, 97), {"max_side": 41, "color": "gray"}),
    Case("small enough already", (classic("sharpen"),), request={"max_side": 512}),
    Case("pooling alone", (Pool("average_pool", 3, 2),)),
    Case("overlapping maxima", (Relu(), Pool("max_pool", 3, 1))),
    Case("windows apart", (Pool("max_pool", 2, 5), Pool("average_pool", 1, 1))),
    Case("pooled, then wide and folded", (Pool("max_pool", 4), Convolution(WIDE, 40.0, border="reflect"))),
    Case(
        "a chain in color",
        (classic("gaussian-blur"), classic("sobel-x", border="reflect", stride=2), Relu(), Pool("max_pool"),
         Convolution(EVEN, 2.0, 3.0, border="valid"), Pool("average_pool", 2, 1), classic("box-blur", border="wrap")),
        request={"display": "rescale"},
    ),
    Case("a chain in gray", (classic("sobel-x"), Relu(), Pool("average_pool", 3)), request={"color": "gray"}),
]  # fmt: skip
CASES = [*LONE, *OTHERS]


def photo(size: tuple[int, int]) -> Image.Image:
    """A part of the cat with detail everywhere."""
    return Image.fromarray(open_sample("cat").numpy()).crop((90, 60, 90 + size[0], 60 + size[1]))


def expect(case: Case, data: bytes) -> tuple[np.ndarray, np.ndarray]:
    """The engine's values and picture, without an axis for a lone channel."""
    gray, max_side = case.request.get("color") == "gray", case.request.get("max_side")
    values = apply(decode(data, PictureLimits(), gray=gray, max_side=max_side).levels, case.steps)
    picture = to_bytes(values, case.request.get("display", "clip"))
    return values.squeeze(-1).numpy(), picture.squeeze(-1).numpy()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], tuple[np.ndarray, np.ndarray]]:
    """Runs a program in a folder of its own; gives its `values`, red first, and the picture it wrote."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    monkeypatch.chdir(tmp_path)

    def execute(library: str, program: str) -> tuple[np.ndarray, np.ndarray]:
        names: dict[str, Any] = {}
        exec(compile(program, library, "exec"), names)
        values = names["values"]
        if library == "opencv" and "photo" not in names and values.ndim == 3:
            values = values[..., ::-1]
        with Image.open("result.png") as picture:
            return values, np.array(picture)

    return execute


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_program_gives_the_numbers_and_the_picture_of_the_engine(
    case: Case, run: Callable[[str, str], tuple[np.ndarray, np.ndarray]]
) -> None:
    photo(case.size).save("photo.png")
    values, picture = expect(case, Path("photo.png").read_bytes())
    programs = case.programs()

    for library in LIBRARIES:
        found, written = run(library, programs[library])

        assert found.shape == values.shape, library
        tolerance = 1e-3 + 1e-6 * float(np.abs(values).max())
        np.testing.assert_allclose(found, values, rtol=0, atol=tolerance, err_msg=library)
        differences = np.abs(written.astype(int) - picture)
        assert written.shape == picture.shape, library
        assert differences.max() <= 1, library
        assert (differences > 0).mean() < 0.01, library


@pytest.mark.parametrize("sample", ["cat", "mouse"])
@pytest.mark.parametrize("color", ["rgb", "gray"])
def test_programs_fetch_the_sample_that_is_on_the_screen(
    sample: str, color: str, run: Callable[[str, str], tuple[np.ndarray, np.ndarray]], tmp_path: Path
) -> None:
    served = tmp_path / "served/api/samples"
    served.mkdir(parents=True)
    (served / sample).write_bytes(sample_png(sample))
    case = Case("sample", (classic("curve"),), request={"sample": sample, "color": color})
    values, picture = expect(case, sample_png(sample))
    programs = case.programs(base_url=(tmp_path / "served").as_uri())

    for library in LIBRARIES:
        found, written = run(library, programs[library])

        np.testing.assert_allclose(found, values, atol=0.01, err_msg=library)
        assert np.array_equal(written, picture), library


def test_programs_read_a_jpeg_that_lies_on_its_side(
    run: Callable[[str, str], tuple[np.ndarray, np.ndarray]],
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    photo((64, 48)).save("photo.jpg", exif=exif, quality=92)
    case = Case("jpeg", (classic("sharpen"),))
    values, _ = expect(case, Path("photo.jpg").read_bytes())
    programs = write_programs(case.steps, names=["sharpen"])

    for library in LIBRARIES:
        found, _ = run(library, programs[library])

        np.testing.assert_allclose(found, values, atol=1e-3, err_msg=library)


def test_a_plain_program_holds_only_the_lines_it_needs() -> None:
    programs = Case("plain", (classic("sharpen"),), ("sharpen",)).programs()

    for library in LIBRARIES:
        assert len(programs[library].splitlines()) <= 22, programs[library]
        assert "# sharpen" in programs[library]
        assert max(map(len, programs[library].splitlines())) <= 120
        for superfluous in ("pad(", "spread", "offset", "stride", "thumbnail", "Relu", "[::"):
            assert superfluous not in programs[library], library


def test_a_name_that_does_not_match_the_numbers_is_not_used() -> None:
    changed = Convolution(((0.0, -1.0, 0.0), (-1.0, 6.0, -1.0), (0.0, -1.0, 0.0)))

    programs = write_programs([changed, Relu()], names=["sharpen", "sharpen"])

    assert all("sharpen" not in program for program in programs.values())


def test_an_unknown_sample_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no sample"):
        write_programs([Relu()], names=[None], sample="../../etc/passwd")


def arguments(command: str) -> list[str]:
    """What bash hands to curl, by running the command with a function of that name."""
    script = f'curl() {{ printf "%s\\0" "$@"; }}\n{command.replace("-o result.png", "")}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True, text=True)
    return done.stdout.split("\0")[:-1]


def fields(command: str) -> dict[str, str]:
    found = arguments(command)
    return dict(value.split("=", 1) for flag, value in pairwise(found) if flag == "-F")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_curl_asks_the_server_for_the_same_steps(case: Case) -> None:
    sent = fields(case.programs()["curl"])

    assert sent.pop("image") == "@photo.png"
    assert sent.pop("display", "clip") == case.request.get("display", "clip")
    assert sent.pop("color", "rgb") == case.request.get("color", "rgb")
    assert sent.pop("max_side", None) == (str(case.request["max_side"]) if "max_side" in case.request else None)
    steps = ChainFields.model_validate(sent).to_steps()
    assert apply(open_sample("mouse"), steps).equal(apply(open_sample("mouse"), case.steps))


def test_curl_names_classic_kernels_and_nothing_that_is_the_default() -> None:
    command = Case("named", (classic("gaussian-blur", border="reflect"),), ("gaussian-blur",)).programs()["curl"]

    assert arguments(command) == [
        "-f", "-F", "image=@photo.png", "-F", "kernel=gaussian-blur", "-F", "border=reflect",
        "http://localhost:8000/api/convolutions",
    ]  # fmt: skip


def test_no_address_or_file_name_can_leave_its_quotes(tmp_path: Path) -> None:
    address, file = "http://localhost/$(touch bad)`touch bad`'\"\n;touch bad", 'it\'s "1" $(touch bad).jpg'

    programs = write_programs([Relu()], names=[None], base_url=address, file=file)

    found = arguments(programs["curl"])
    assert found[-1] == f"{address}/api/convolutions"
    assert not (tmp_path / "bad").exists()
    for library in LIBRARIES:
        compile(programs[library], library, "exec")
        assert repr(file) in constants(programs[library])


def constants(program: str) -> list[str]:
    return [repr(node.value) for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Constant)]


DEEP = np.random.default_rng(6).integers(0, 65536, (26, 37, 4), dtype=np.uint16)
CLEAR = (DEEP >> 8).astype(np.uint8)


def palette_with_alpha() -> bytes:
    """A picture of 37 x 26 whose 256 colors are transparent by their numbers."""
    extra = hostile.png_chunk(b"PLTE", bytes(range(256)) * 3) + hostile.png_chunk(b"tRNS", bytes(range(255, -1, -1)))
    return hostile.png(37, 26, b"".join(b"\0" + row.tobytes() for row in CLEAR[..., 0]), (8, 3), extra)


def saved(levels: np.ndarray) -> bytes:
    """As PNG, by OpenCV, which writes 16 bits; color and alpha in the order red, green, blue, alpha."""
    order = {2: [0, 1], 3: [2, 1, 0], 4: [2, 1, 0, 3]}.get(levels.ndim == 3 and levels.shape[2])
    return cv2.imencode(".png", levels if order is None else np.ascontiguousarray(levels[..., order]))[1].tobytes()


HELD = {
    "transparent": lambda: saved(CLEAR),
    "transparent gray": lambda: hostile.png(
        37, 26, b"".join(b"\0" + row.tobytes() for row in CLEAR[..., :2]), (8, 4)
    ),
    "transparent palette": palette_with_alpha,
    "16-bit": lambda: saved(DEEP[..., :3]),
    "16-bit gray": lambda: saved(DEEP[..., 0]),
    "16-bit transparent": lambda: saved(DEEP),
    "16-bit transparent gray": lambda: hostile.png(
        37, 26, b"".join(b"\0" + row.astype(">u2").tobytes() for row in DEEP[..., :2]), (16, 4)
    ),
}  # fmt: skip


@pytest.mark.parametrize("request_fields", [{}, {"color": "gray"}, {"max_side": 20}, {"max_side": 20, "color": "gray"}])
@pytest.mark.parametrize("name", HELD)
def test_programs_lay_over_white_and_spread_16_bits_as_the_engine_does(
    name: str, request_fields: dict[str, Any], run: Callable[[str, str], tuple[np.ndarray, np.ndarray]]
) -> None:
    data = HELD[name]()
    Path("photo.png").write_bytes(data)
    case = Case(name, (classic("sharpen", border="reflect"),), request=request_fields)
    values, _ = expect(case, data)
    origin = decode(data, PictureLimits())

    programs = case.programs(held=Held(origin.alpha, origin.depth == "16-bit", origin.channels))

    for library in LIBRARIES:
        found, _ = run(library, programs[library])
        np.testing.assert_allclose(found, values, rtol=0, atol=0.02, err_msg=library)
        assert max(map(len, programs[library].splitlines())) <= 120


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (2, 3)])
@pytest.mark.parametrize("border", OUTSIDE)
def test_programs_run_on_pictures_smaller_than_the_border(
    border: str, size: tuple[int, int], run: Callable[[str, str], tuple[np.ndarray, np.ndarray]]
) -> None:
    photo(size).save("photo.png")
    case = Case("small", (classic("gaussian-blur-5", border=border),))
    values, _ = expect(case, Path("photo.png").read_bytes())

    programs = case.programs()

    for library in LIBRARIES:
        found, _ = run(library, programs[library])
        np.testing.assert_allclose(found, values, atol=1e-3, err_msg=library)
