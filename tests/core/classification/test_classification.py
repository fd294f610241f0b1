"""The answer to a picture: what was seen, what is said of it, and what an implant changes."""

import base64
import io
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from app.core.classification.classification import Opened, classify, see
from app.core.classification.models import compute_logits, load_model, to_probabilities
from app.core.classification.questions import Implant, Question
from app.core.errors import InvalidValue, UnsupportedPicture
from app.core.pictures.changes import Change
from app.core.pictures.images import read_upload
from app.core.pictures.uploads import PictureLimits, Upload
from tests.tiny_models import CLASSES, PREPARATION, random_pictures, write_model

SOBEL = ((1.0, 2.0, 1.0), (0.0, 0.0, 0.0), (-1.0, -2.0, -1.0))
PICTURE = random_pictures(1, seed=5)[0]


def upload(picture: torch.Tensor = PICTURE, form: str = "PNG", **options: int) -> Upload:
    """uint8 C x H x W as a file."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture.permute(1, 2, 0).numpy())).save(file, form, **options)
    return Upload(file.getvalue(), PictureLimits(), 10**9)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny")


def decoded(url: str) -> torch.Tensor:
    """uint8 H x W x C of a data URL."""
    head, _, body = url.partition(",")
    assert head == "data:image/png;base64"
    return torch.from_numpy(np.array(Image.open(io.BytesIO(base64.b64decode(body)))))


def test_all_classes_are_answered_sorted_with_the_models_probabilities(folder: Path) -> None:
    model = load_model(folder)

    answer = classify(Question(upload(), folder))

    logits = compute_logits(model, PICTURE.unsqueeze(0))[0]
    expected = dict(zip(CLASSES, to_probabilities(model, logits).tolist(), strict=True))
    assert {item.label: item.probability for item in answer.predictions} == pytest.approx(expected, abs=1e-6)
    assert [item.probability for item in answer.predictions] == sorted(expected.values(), reverse=True)
    assert list(answer.logits) == sorted(logits.tolist(), reverse=True)
    assert answer.before is None


def test_what_was_seen_is_exactly_what_went_into_the_network(folder: Path) -> None:
    question = Question(upload(), folder, Change(angle=30, noise=10))

    answer = classify(question)

    seen = decoded(answer.seen).permute(2, 0, 1)
    assert torch.equal(seen, Opened(question).seen)
    model = load_model(folder)
    logits = compute_logits(model, seen.unsqueeze(0))[0]
    assert sorted(answer.logits) == pytest.approx(sorted(logits.tolist()), abs=1e-6)


def test_a_mirroring_model_answers_by_both_sides(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "mirror", mirror=True)

    straight, mirrored = (classify(Question(upload(side), folder)) for side in (PICTURE, PICTURE.flip(-1)))

    assert straight.mirrored
    assert straight.logits == pytest.approx(mirrored.logits, abs=1e-5)


def test_without_statistics_nothing_is_said_of_familiarity(folder: Path) -> None:
    answer = classify(Question(upload(), folder))

    assert answer.familiarity is None
    assert answer.familiar is None


def test_an_implant_changes_the_answer_and_the_one_before_is_told(folder: Path) -> None:
    plain = classify(Question(upload(), folder))

    answer = classify(Question(upload(), folder, implant=Implant("conv2d_1", 2, SOBEL)))

    assert answer.before == plain.predictions
    assert answer.predictions != plain.predictions
    learned = load_model(folder).module.get_submodule("conv2d_1").weight[2]
    sobel = torch.tensor(SOBEL).expand(3, 3, 3)
    assert answer.scale == pytest.approx(float(learned.norm() / sobel.norm()), rel=1e-5)
    assert classify(Question(upload(), folder)).predictions == plain.predictions


def test_a_question_can_be_sent_to_a_worker(folder: Path) -> None:
    question = Question(upload(), folder, Change(blur=1.0), Implant("conv2d_1", 0, SOBEL))

    sent = pickle.loads(pickle.dumps(question))

    assert classify(sent) == classify(question)
    assert pickle.loads(pickle.dumps(classify(question))) == classify(question)


def test_a_large_photograph_is_read_coarsely_but_seen_alike() -> None:
    rows, columns = np.mgrid[0:1500, 0:2000]
    waves = np.stack([np.sin(rows / 90), np.cos(columns / 70), np.sin((rows + columns) / 130)])
    photograph = torch.from_numpy((127 + 120 * waves).astype(np.uint8))
    file = upload(photograph, "JPEG", quality=90)

    seen, _ = see(file, PREPARATION)

    whole, _ = see(upload(photograph), PREPARATION)
    assert read_upload(file, 256).levels.shape == (375, 500, 3)
    assert (seen.int() - whole.int()).abs().max() <= 3


def test_what_is_no_picture_is_refused(folder: Path) -> None:
    with pytest.raises(UnsupportedPicture):
        classify(Question(Upload(b"no picture", PictureLimits(), 1), folder))


@pytest.mark.parametrize(
    "wish",
    [
        Implant("conv2d_9", 0, SOBEL),
        Implant("dense_1", 0, SOBEL),
        Implant("conv2d_1", 99, SOBEL),
        Implant("conv2d_1", 0, ((1.0,) * 5,) * 5),
    ],
)
def test_an_implant_that_does_not_fit_is_refused(folder: Path, wish: Implant) -> None:
    with pytest.raises(InvalidValue):
        classify(Question(upload(), folder, implant=wish))
