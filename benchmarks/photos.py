"""`photos` against its bars: right answers on a folder of labeled photographs, and time beside onnxruntime.

    .venv/bin/python -m benchmarks.photos [FOLDER]

The folder holds labels.csv with the columns file and class_index (0 to 999); without one only time and memory are
measured. A sentence is right where the class is, or belongs to, what it says first without "perhaps". All on one thread
of this process, in turns; onnxruntime computes the file that `GET .../onnx` gives, so both see the mirror image too.
The 12-megapixel JPEG goes through the whole of a call, from its bytes to the answer.
"""

import csv
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime
import torch
from torch.nn.functional import interpolate

from app.core.classification.classification import classify, see
from app.core.classification.inspection.columns import record_layers
from app.core.classification.models import Model, compute_logits, open_model, to_probabilities
from app.core.classification.questions import Question
from app.core.classification.stages import stages_of
from app.core.classification.verdicts import Verdict, judge
from app.core.datasets.nouns import groups_of
from app.core.pictures.images import encode
from app.core.pictures.preparation import prepare_images
from app.core.pictures.sample_levels import read_sample
from app.core.pictures.uploads import PictureLimits, Upload
from app.web.work.onnx import write_model

FOLDER = Path("models/photos")
ROUNDS, PHOTO = 30, (3000, 4000)
RIGHT, IN_FIVE, CLASSIFIED, STAGES, LARGE_MS = 0.85, 0.96, 1.5, 3.0, 400.0


def judge_folder(model: Model, folder: Path) -> Counter[str]:
    """Photographs; those whose class is the first answer, or among five; those of which a sentence says something,
    and says it rightly."""
    found: Counter[str] = Counter()
    for row in csv.DictReader((folder / "labels.csv").open(encoding="utf-8")):
        seen, _ = see(upload((folder / row["file"]).read_bytes()), model.preparation)
        logits, index = compute_logits(model, seen[None])[0], int(row["class_index"])
        best = logits.topk(5).indices.tolist()
        found.update(photographs=1, first=best[0] == index, five=index in best)
        verdict = judge(model.classes, to_probabilities(model, logits).tolist())
        if verdict and (verdict.group or verdict.kind != "perhaps"):
            found.update(said=1, rightly=_holds(verdict, model.classes[index]))
    return found


def _holds(verdict: Verdict, label: str) -> bool:
    said = (verdict.group,) if verdict.group else verdict.leading
    return any(named.label in (label, *groups_of(label)) for named in said)


def upload(data: bytes) -> Upload:
    """With the limits of a server."""
    return Upload(data, PictureLimits(), 10**12)


def photograph() -> bytes:
    """A JPEG of 12 megapixels: a bundled photograph, enlarged."""
    levels = torch.from_numpy(read_sample("coffee").copy()).permute(2, 0, 1)[None].float()
    large = interpolate(levels, PHOTO, mode="bicubic").clamp(0, 255)[0].permute(1, 2, 0)
    return encode((large + torch.randn(PHOTO)[:, :, None] * 4).clamp(0, 255).to(torch.uint8), "jpeg")


def take_turns(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median milliseconds of processor time of each: other processes take none of it."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(ROUNDS + 3):
        for name, work in works.items():
            started = time.process_time()
            work()
            if turn >= 3:
                times[name].append((time.process_time() - started) * 1000)
    return {name: median(found) for name, found in times.items()}


def works_of(model: Model) -> dict[str, Callable[[], object]]:
    """The network by us and by onnxruntime, the ends of its stages, and a call with a large photograph."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        answer = write_model(FOLDER)
        assert answer.write is not None
        answer.write(file)  # type: ignore[arg-type]
        file.flush()
        session = onnxruntime.InferenceSession(file.name, options, providers=["CPUExecutionProvider"])
    seen = see(upload(photograph()), model.preparation)[0][None]
    levels, prepared = seen.numpy().astype(np.float32), prepare_images(seen, model.preparation)
    ends = [stage.layer for stage in stages_of(model.network)]
    question = Question(upload(photograph()), FOLDER)
    return {
        "onnxruntime": lambda: session.run(["logits"], {"levels": levels}),
        "logits": lambda: compute_logits(model, seen),
        "stages": lambda: record_layers(model.anatomy, prepared, ends),
        "12 megapixels": lambda: classify(question),
    }


def main(arguments: list[str]) -> bool:
    """Whether every bar was met."""
    torch.set_num_threads(1)
    model = open_model(FOLDER)
    met = []
    if arguments:
        found = judge_folder(model, Path(arguments[0]))
        count, first, five = found["photographs"], found["first"], found["five"]
        met += [first >= RIGHT * count, five >= IN_FIVE * count]
        print(f"{first} of {count} photographs right first, {five} among five (bars {RIGHT:.0%}, {IN_FIVE:.0%})")
        print(f"a sentence says something without perhaps of {found['said']}, rightly of {found['rightly']}")
    times = take_turns(works_of(model))
    pair = times["onnxruntime"]
    for name, theirs, bar in (("logits", pair, CLASSIFIED), ("stages", pair / 2, STAGES)):  # stages: of one picture
        ratio = times[name] / theirs
        met.append(ratio <= bar)
        print(f"{name}: {times[name]:.1f} ms, {ratio:.2f} times onnxruntime's {theirs:.1f} (bar {bar})")
    met.append(times["12 megapixels"] <= LARGE_MS)
    print(f"a JPEG of 12 megapixels: {times['12 megapixels']:.0f} ms (bar {LARGE_MS:.0f})")
    print(f"memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB, with onnxruntime's")
    return all(met)


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
