"""Questions on curves of real trainings: which overfits, which remedy was on, why validation can lie above training.

The trainings were recorded once, by `benchmarks.question_curves`: the recipe BASE, and remedies for it.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

from app.core.errors import N_
from app.core.networks.layers import Dropout
from app.core.questions.posed import CurvesFigure, Draft, Formula, Number, Option, Row, Said, Step, TableFigure, said
from app.core.training.recipes import find_recipe

_TRAINING = N_("A training")
LAST = 3  # epochs whose mean is called the end: single ones jump
BASE, NONE = "few-shapes", "none"
AGAINST_GAPS = ("more-pictures", "augmentation", "dropout, more pictures", "augmentation, more pictures")
NOISES = ("dropout-layers", "augmentation")  # cannot be told from each other by what is shown
REMEDIES = {
    "early-stopping": N_("early stopping"),
    "more-pictures": N_("more pictures"),
    "l2": N_("L2 (ridge)"),
    "dropout-layers": N_("dropout layers"),
    "augmentation": N_("augmentation"),
}
_CLEAR = 0.01  # by how much validation lies above training where it is asked why


@dataclass(frozen=True, slots=True)
class Recorded:
    """A training: `steps` in an epoch, accuracies 0..1 an epoch; at the end `afterwards`, the accuracy on the training
    pictures as they are and without dropout, and `weight`, the root mean square of the kernels' weights."""

    remedy: str
    seed: int
    steps: int
    training: tuple[float, ...]
    validation: tuple[float, ...]
    afterwards: float
    weight: float

    @property
    def gap(self) -> float:
        """Training minus validation accuracy at the end."""
        return fmean(self.training[-LAST:]) - fmean(self.validation[-LAST:])

    def figure(self, title: str) -> CurvesFigure:
        """Its curves."""
        return CurvesFigure("curves", said(title), self.training, self.validation)

    def table(self, title: str) -> TableFigure:
        """What else is known of it."""
        rows = (
            Row("epochs", said(N_("epochs")), Number(len(self.training))),
            Row("steps", said(N_("steps in an epoch")), Number(self.steps)),
            Row("during", said(N_("training accuracy, while it learns")), _percent(self.training[-1])),
            Row("afterwards", said(N_("accuracy on the same pictures afterwards")), _percent(self.afterwards)),
            Row("weight", said(N_("size of the weights (root mean square)")), Number(self.weight, 3)),
        )
        return TableFigure("facts", said(title), rows)


@cache
def recorded() -> tuple[Recorded, ...]:
    """All of them."""
    told: list[dict[str, Any]] = json.loads(Path(__file__).with_name("curves.json").read_text("utf-8"))
    return tuple(
        Recorded(**run | {name: tuple(run[name]) for name in ("training", "validation")}) for run in told
    )  # fmt: skip


def _percent(share: float) -> Said:
    return said(N_("%(number)s%%"), number=Number(100 * share, 1))


def _of(remedy: str, seed: int) -> Recorded:
    return next(run for run in recorded() if (run.remedy, run.seed) == (remedy, seed))


def _seed(random: Random) -> int:
    return random.choice(sorted({run.seed for run in recorded()}))


def overfitting(random: Random) -> Draft:
    """Of four trainings the one that memorizes."""
    worst = _of(NONE, _seed(random))
    others = [_of(remedy, _seed(random)) for remedy in random.sample(AGAINST_GAPS, 3)]
    reply = N_("There training and validation end %(gap)s points apart; one of the others has %(most)s.")
    most, count = Number(100 * worst.gap), Number(find_recipe(BASE).training.train_limit or 0)
    return Draft(
        said(N_("Which of these trainings overfits most?")),
        (),
        Option(worst.figure(_TRAINING),
               said(N_("Yes: it knows its training pictures by heart, and new ones hardly better than before."))),
        tuple(Option(run.figure(_TRAINING), said(reply, gap=Number(100 * run.gap), most=most)) for run in others),
        (
            Step(said(N_("The gap: training minus validation accuracy, in points, over the last three epochs:")),
                 Formula((round(100 * fmean(worst.training[-LAST:]), 1), "−",
                          round(100 * fmean(worst.validation[-LAST:]), 1), "=", round(100 * worst.gap, 1)))),
            Step(said(N_("%(count)s pictures are few enough to memorize; the others had more pictures, dropout, or "
                         "pictures that were changed each time."), count=count)),
        ),
    )  # fmt: skip


def remedy(random: Random) -> Draft:
    """A training without remedy beside one with; which it was."""
    name, seed = random.choice(tuple(REMEDIES)), _seed(random)
    plain, run = _of(NONE, seed), _of(name, seed)
    others = [other for other in REMEDIES if other != name and not {other, name} <= set(NOISES)]
    random.shuffle(others)
    if set(NOISES) <= set(others):
        others.remove(random.choice(NOISES))
    return Draft(
        said(N_("The same network twice: first without a remedy against overfitting, then with one. Which one?")),
        (
            plain.figure(N_("Without")), plain.table(N_("Without")),
            run.figure(N_("With")), run.table(N_("With")),
        ),
        Option(said(REMEDIES[name]), said(N_("Yes. %(why)s"), why=_sign(name, run, plain))),
        tuple(Option(said(REMEDIES[other]), _no_sign(other, run, plain)) for other in others),
        (
            Step(_sign(name, run, plain)),
            Step(said(N_("The gap between training and validation, in points, without and with it:")),
                 Formula((round(100 * plain.gap, 1), "→", round(100 * run.gap, 1)))),
        ),
    )  # fmt: skip


def _sign(name: str, run: Recorded, plain: Recorded) -> Said:
    """What it is known by."""
    sentences = {
        "early-stopping": N_("It ended after %(epochs)s epochs, when validation no longer improved."),
        "more-pictures": N_("An epoch has %(steps)s steps instead of %(before)s: there are more pictures in it."),
        "l2": N_("Its weights are far smaller: %(weight)s instead of %(heavy)s."),
        "dropout-layers": N_("While it learns it is right less often (%(during)s) than afterwards on the same pictures "
                             "(%(after)s): units were missing."),
        "augmentation": N_("While it learns it is right less often (%(during)s) than afterwards on the same pictures "
                           "(%(after)s): they were changed each time."),
    }  # fmt: skip
    return said(sentences[name], **_numbers(run, plain))


def _no_sign(name: str, run: Recorded, plain: Recorded) -> Said:
    """Why it was not this one."""
    sentences = {
        "early-stopping": N_("It ran through all its %(epochs)s epochs; early stopping ends sooner."),
        "more-pictures": N_("An epoch has %(steps)s steps, as without: there were no more pictures."),
        "l2": N_("L2 makes weights far smaller; here they measure %(weight)s, and %(heavy)s without."),
        "dropout-layers": N_("Dropout is seen where accuracy while learning lies well below that afterwards; here they "
                             "are %(during)s and %(after)s, and another sign is clearer."),
        "augmentation": N_("Augmentation is seen where accuracy while learning lies well below that afterwards; here "
                           "they are %(during)s and %(after)s, and another sign is clearer."),
    }  # fmt: skip
    return said(sentences[name], **_numbers(run, plain))


def _numbers(run: Recorded, plain: Recorded) -> dict[str, Any]:
    return {
        "epochs": Number(len(run.training)),
        "steps": Number(run.steps),
        "before": Number(plain.steps),
        "weight": Number(run.weight, 3),
        "heavy": Number(plain.weight, 3),
        "during": _percent(run.training[-1]),
        "after": _percent(run.afterwards),
    }


_CAUSES = {
    "dropout, more pictures": N_("Training accuracy is counted with dropout on; validation uses all units."),
    "augmentation, more pictures": N_("Training pictures are changed and so harder; validation pictures come as they "
                                      "are."),
    "more-pictures": N_("Training accuracy is the mean over the epoch, in which the network still got better; "
                        "validation comes at its end."),
}  # fmt: skip
_SETTINGS = {
    "dropout, more pictures": N_("dropout %(rate)s, no augmentation"),
    "augmentation, more pictures": N_("augmentation (flips, shifts), no dropout"),
    "more-pictures": N_("neither dropout nor augmentation"),
}
_ABSENT = {
    "dropout, more pictures": N_("This network has no dropout."),
    "augmentation, more pictures": N_("No training picture is changed here: there is no augmentation."),
}


def validation_above(random: Random) -> Draft:
    """An epoch in which validation lies above training, by the setting that makes it so."""
    run, epoch = random.choice(_above())
    training, validation = _percent(run.training[epoch]), _percent(run.validation[epoch])
    wrong = [(_CAUSES[name], reply) for name, reply in _ABSENT.items() if name != run.remedy]
    random.shuffle(wrong)
    wrong = [
        wrong[0],
        (N_("Validation pictures were trained on as well."),
         N_("They were held out: the network has never learned from them.")),
        (N_("The network overfits."), N_("Overfitting is the other way round: training far above validation.")),
        (N_("It must be a mistake: validation never lies above training."),
         N_("It may: the two numbers are not taken in the same way.")),
    ]  # fmt: skip
    return Draft(
        said(N_("In epoch %(epoch)s training accuracy is %(training)s and validation accuracy %(validation)s. Why can "
                "it lie above?"), epoch=Number(epoch + 1), training=training, validation=validation),
        (
            run.figure(_TRAINING),
            TableFigure("settings", said(N_("Given")), (
                Row("noise", said(N_("while it learns")), said(_SETTINGS[run.remedy], rate=Number(_rate(), 2))),
            )),
        ),
        Option(said(_CAUSES[run.remedy]), said(N_("Yes: the two numbers are not taken in the same way."))),
        tuple(Option(said(text), said(reply)) for text, reply in wrong),
        (
            Step(said(_CAUSES[run.remedy])),
            Step(said(N_("Training accuracy while it learned the last epoch was %(during)s; the same pictures "
                         "afterwards, as they are and with all units: %(after)s."), during=_percent(run.training[-1]),
                      after=_percent(run.afterwards))),
        ),
    )  # fmt: skip


def _rate() -> float:
    """Of the dropout."""
    layers = find_recipe(f"{BASE}-dropout").network.layers
    return next(layer.rate for layer in layers if isinstance(layer, Dropout))


def _above() -> list[tuple[Recorded, int]]:
    """Trainings of `_CAUSES` and epochs, from 0, in which validation lies above training."""
    return [
        (run, epoch)
        for run in recorded()
        if run.remedy in _CAUSES
        for epoch, (training, validation) in enumerate(zip(run.training, run.validation, strict=True))
        if validation > training + _CLEAR
    ]
