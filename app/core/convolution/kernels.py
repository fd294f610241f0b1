"""The classic kernels, by name: the lecture's seven first, then those people expect beside them.

Matrices are written as they are applied (cross-correlation). Titles are English sentences to be translated.
"""

from dataclasses import dataclass

from app.core.convolution.steps import Matrix
from app.core.errors import N_, InvalidValue


@dataclass(frozen=True, slots=True)
class NamedKernel:
    """A classic kernel: result = sum(patch * matrix) / divisor. `use` says in two or three words what it shows."""

    name: str
    family: str
    title: str
    use: str
    description: str
    matrix: Matrix
    divisor: float = 1.0


def _rows(text: str) -> Matrix:
    return tuple(tuple(float(number) for number in row.split()) for row in text.split(";"))


def _binomial(order: int) -> Matrix:
    """Outer product of a row of Pascal's triangle with itself: the usual integer Gaussian."""
    row = [1]
    for _ in range(order):
        row = [left + right for left, right in zip([0, *row], [*row, 0], strict=True)]
    return tuple(tuple(float(a * b) for b in row) for a in row)


def _unsharp() -> Matrix:
    """Twice the picture minus its 5 x 5 Gaussian blur, in 256ths."""
    blur = _binomial(4)
    return tuple(
        tuple((512.0 if (row, column) == (2, 2) else 0.0) - weight for column, weight in enumerate(weights))
        for row, weights in enumerate(blur)
    )


def _diagonal(side: int) -> Matrix:
    return tuple(tuple(float(row == column) for column in range(side)) for row in range(side))


_CATALOG = (
    NamedKernel("identity", "identity", N_("Identity"), N_("nothing changes"), N_("Gives the picture back unchanged."),
                _rows("0 0 0; 0 1 0; 0 0 0")),
    NamedKernel("edge-diagonal", "edges", N_("Diagonal"), N_("diagonal edges"),
                N_("Compares opposite corners: answers where the brightness changes along both diagonals, at "
                   "corners above all."),
                _rows("1 0 -1; 0 0 0; -1 0 1")),
    NamedKernel("edge-laplacian-4", "edges", N_("Laplacian 4"), N_("fine edges"),
                N_("Compares each pixel with its four neighbors: zero on flat areas, strong on edges."),
                _rows("0 1 0; 1 -4 1; 0 1 0")),
    NamedKernel("edge-laplacian-8", "edges", N_("Laplacian 8"), N_("all edges"),
                N_("Compares each pixel with all eight neighbors: edges in every direction."),
                _rows("-1 -1 -1; -1 8 -1; -1 -1 -1")),
    NamedKernel("sharpen", "sharpen", N_("Sharpen"), N_("crisper details"),
                N_("The picture plus its edges: each pixel is pushed away from its neighbors."),
                _rows("0 -1 0; -1 5 -1; 0 -1 0")),
    NamedKernel("box-blur", "blur", N_("Box blur"), N_("soft blur"), N_("The plain mean of nine pixels."),
                _rows("1 1 1; 1 1 1; 1 1 1"), 9.0),
    NamedKernel("gaussian-blur", "blur", N_("Gaussian blur"), N_("smooth blur"),
                N_("A mean in which near pixels count more."), _rows("1 2 1; 2 4 2; 1 2 1"), 16.0),
    NamedKernel("sobel-x", "gradient", N_("Sobel x"), N_("vertical edges"),
                N_("How fast the picture gets brighter to the right: vertical edges."),
                _rows("-1 0 1; -2 0 2; -1 0 1")),
    NamedKernel("sobel-y", "gradient", N_("Sobel y"), N_("horizontal edges"),
                N_("How fast the picture gets brighter downward: horizontal edges."), _rows("-1 -2 -1; 0 0 0; 1 2 1")),
    NamedKernel("prewitt-x", "gradient", N_("Prewitt x"), N_("vertical edges, plain"),
                N_("Like Sobel x, with all three rows counted alike."), _rows("-1 0 1; -1 0 1; -1 0 1")),
    NamedKernel("prewitt-y", "gradient", N_("Prewitt y"), N_("horizontal edges, plain"),
                N_("Like Sobel y, with all three columns counted alike."), _rows("-1 -1 -1; 0 0 0; 1 1 1")),
    NamedKernel("scharr-x", "gradient", N_("Scharr x"), N_("vertical edges, strong"),
                N_("Like Sobel x, with weights that treat all directions more alike."),
                _rows("-3 0 3; -10 0 10; -3 0 3")),
    NamedKernel("scharr-y", "gradient", N_("Scharr y"), N_("horizontal edges, strong"),
                N_("Like Sobel y, with weights that treat all directions more alike."),
                _rows("-3 -10 -3; 0 0 0; 3 10 3")),
    NamedKernel("emboss", "relief", N_("Emboss"), N_("stone relief"),
                N_("Light from the top left: the picture as a relief."), _rows("-2 -1 0; -1 1 1; 0 1 2")),
    NamedKernel("outline", "relief", N_("Outline"), N_("outlines"),
                N_("The numbers of Laplacian 8, under the name that picture editors give them."),
                _rows("-1 -1 -1; -1 8 -1; -1 -1 -1")),
    NamedKernel("unsharp", "sharpen", N_("Unsharp mask"), N_("gently crisper"),
                N_("Twice the picture minus its blur: sharpens with a softer hand."), _unsharp(), 256.0),
    NamedKernel("motion-blur", "blur", N_("Motion blur"), N_("motion trail"),
                N_("The mean along a diagonal, as if the camera had moved."), _diagonal(7), 7.0),
    NamedKernel("box-blur-5", "blur", N_("Box blur 5 × 5"), N_("softer blur"), N_("The plain mean of 25 pixels."),
                ((1.0,) * 5,) * 5, 25.0),
    NamedKernel("gaussian-blur-5", "blur", N_("Gaussian blur 5 × 5"), N_("smoother blur"),
                N_("A wider Gaussian, from the row 1 4 6 4 1."), _binomial(4), 256.0),
    NamedKernel("gaussian-blur-7", "blur", N_("Gaussian blur 7 × 7"), N_("smoothest blur"),
                N_("Wider still, from the row 1 6 15 20 15 6 1."), _binomial(6), 4096.0),
    NamedKernel("line-horizontal", "lines", N_("Line, horizontal"), N_("level lines"),
                N_("Answers to thin bright horizontal lines."), _rows("-1 -1 -1; 2 2 2; -1 -1 -1")),
    NamedKernel("line-vertical", "lines", N_("Line, vertical"), N_("upright lines"),
                N_("Answers to thin bright vertical lines."), _rows("-1 2 -1; -1 2 -1; -1 2 -1")),
    NamedKernel("line-45", "lines", N_("Line, 45°"), N_("slanted lines"),
                N_("Answers to thin bright lines that rise to the right."), _rows("-1 -1 2; -1 2 -1; 2 -1 -1")),
    NamedKernel("line-135", "lines", N_("Line, 135°"), N_("falling lines"),
                N_("Answers to thin bright lines that fall to the right."), _rows("2 -1 -1; -1 2 -1; -1 -1 2")),
    NamedKernel("curve", "lecture", N_("Curve (lecture)"), N_("a bent line"),
                N_("The lecture's curve detector: 30 along a bent line, 0 elsewhere. Large where the picture bends "
                   "the same way."),
                _rows("0 0 0 0 0 30 0; 0 0 0 0 30 0 0; 0 0 0 30 0 0 0; 0 0 0 30 0 0 0; "
                      "0 0 0 30 0 0 0; 0 0 0 30 0 0 0; 0 0 0 0 0 0 0")),
)  # fmt: skip

KERNELS: dict[str, NamedKernel] = {kernel.name: kernel for kernel in _CATALOG}


def find_kernel(name: str) -> NamedKernel:
    """The classic kernel of that name; InvalidValue if there is none."""
    try:
        return KERNELS[name]
    except KeyError:
        raise InvalidValue(
            N_("There is no kernel of that name; GET /api/kernels lists all %(limit)d."),
            field="kernel", limit=len(KERNELS),
        ) from None  # fmt: skip
