"""The kinds of questions, a row each: name, chapter of the lecture, title. How each is made is for `questions`.

Names only, so that a page can list them without PyTorch.
"""

from dataclasses import dataclass

from app.core.errors import N_, UnknownQuestion

HIGHEST_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """`chapter` is that of the lecture, 1 to 8; `title` an English sentence to be translated.

    `is_alone`: it asks about numbers that no room can show, so that what stands beside its card would mislead.
    """

    name: str
    chapter: int
    title: str
    is_alone: bool = False


_CATALOG = (
    QuestionKind("picture-numbers", 1, N_("A picture as numbers")),
    QuestionKind("which-kernel", 2, N_("Which kernel made this picture?")),
    QuestionKind("which-picture", 2, N_("Which picture comes from this kernel?")),
    QuestionKind("two-kernels", 2, N_("Two kernels in a row as one")),
    QuestionKind("correlation", 2, N_("Correlation or convolution")),
    QuestionKind("pixel", 3, N_("One number of the result"), is_alone=True),
    QuestionKind("photo-pixel", 3, N_("One pixel of a real picture")),
    QuestionKind("output-size", 3, N_("Size of the result")),
    QuestionKind("feature-maps", 4, N_("Kernels and feature maps")),
    QuestionKind("parameters", 4, N_("Parameters of a layer")),
    QuestionKind("relu", 5, N_("What ReLU keeps")),
    QuestionKind("pooling", 5, N_("What pooling keeps")),
    QuestionKind("receptive-field", 5, N_("Receptive field")),
    QuestionKind("multiply-adds", 5, N_("Multiply-adds of a layer")),
    QuestionKind("softmax", 6, N_("Softmax of three scores")),
    QuestionKind("cross-entropy", 6, N_("Cross-entropy of three scores")),
    QuestionKind("gradient-step", 6, N_("A gradient step of one weight")),
    QuestionKind("preparation", 7, N_("Range of the prepared input")),
    QuestionKind("overfitting", 8, N_("Which training overfits?")),
    QuestionKind("remedy", 8, N_("Which remedy was on?")),
    QuestionKind("validation-above", 8, N_("Validation above training")),
    QuestionKind("dropout-trained", 8, N_("Dropout once trained")),
    QuestionKind("lasso-ridge", 8, N_("Lasso and ridge, L1 and L2")),
    QuestionKind("batch-normalization", 8, N_("Batch normalization of four numbers")),
)

QUESTION_KINDS: dict[str, QuestionKind] = {kind.name: kind for kind in _CATALOG}


def find_question_kind(name: str) -> QuestionKind:
    """The kind of that name; UnknownQuestion if there is none."""
    try:
        return QUESTION_KINDS[name]
    except KeyError:
        raise UnknownQuestion(
            N_("There is no question of that kind; GET /api/questions lists all %(limit)d."),
            field="kind", limit=len(QUESTION_KINDS),
        ) from None  # fmt: skip
