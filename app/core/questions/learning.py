"""Questions on the numbers of learning: softmax, cross-entropy, one weight's step, dropout, penalties, batch norm."""

import math
from random import Random

import torch
from torch import nn

from app.core.errors import N_
from app.core.networks.layers import BatchNormalization, Dropout
from app.core.networks.modules import build_modules
from app.core.questions.posed import Draft, Formula, Number, Option, Row, Said, Step, TableFigure, said
from app.core.training.evaluation import cross_entropy
from app.core.training.optimizers import add_penalties

CLASSES = (N_("cat"), N_("dog"), N_("bird"))
_SCORES, _GIVEN = N_("Scores (logits)"), N_("Given")
Wrong = tuple[tuple[float, Said], ...]


def softmax(random: Random) -> Draft:
    """The probability of one of three classes."""
    scores, label = _scores(random)
    probability = math.exp(-_loss(scores, label))
    powers, score = [math.exp(value) for value in scores], scores[label]
    wrong = (
        (score / sum(map(abs, scores)), said(N_("That is its share of the scores themselves; softmax takes e to "
                                                "the power of each first."))),
        (1 / (1 + math.exp(-score)), said(N_("That is the sigmoid of this score alone; the others count too."))),
        (1 / 3, said(N_("A third each would be three equal scores."))),
        (1.0, said(N_("That would leave nothing for the others; softmax never gives exactly 1."))),
        (powers[label] / (sum(powers) - powers[label]), said(N_("That is divided by the others alone; this class "
                                                                 "belongs to the sum."))),
    )  # fmt: skip
    return Draft(
        said(N_("Which probability does softmax give to the class “%(name)s”?"), name=said(CLASSES[label])),
        (_table(scores),),
        Option(Number(probability, 2), said(N_("Yes: e to the power of its score, over the sum of all three."))),
        _options(wrong, 2),
        _powers(scores, label, probability, 2),
    )


def cross_entropy_of(random: Random) -> Draft:
    """The loss where one of three classes is the true one."""
    scores, label = _scores(random)
    loss = _loss(scores, label)
    probability = math.exp(-loss)
    best = min(_loss(scores, place) for place in range(3))
    wrong = (
        (1 - probability, said(N_("That is what is missing to 1. The loss is the logarithm: near 0 it punishes much "
                                  "more."))),
        (loss / math.log(10), said(N_("That is with the logarithm to base 10; the natural one is meant."))),
        (best, said(N_("That is the loss if the most probable class were the true one."))),
        (probability, said(N_("That is the probability of the true class; the loss is −ln of it."))),
        (-scores[label], said(N_("That is the score with its sign turned; softmax comes first."))),
        (loss / 3, said(N_("Only the true class counts; it is not a mean over the classes."))),
    )  # fmt: skip
    return Draft(
        said(N_("The true class is “%(name)s”. How large is the cross-entropy?"), name=said(CLASSES[label])),
        (_table(scores),),
        Option(Number(loss, 2), said(N_("Yes: −ln of the probability that the true class got."))),
        _options(wrong, 2),
        (*_powers(scores, label, probability, 4),
         Step(said(N_("Minus its natural logarithm:")),
              Formula(("−ln(", round(probability, 4), ")", "=", round(loss, 2))))),
    )  # fmt: skip


def _scores(random: Random) -> tuple[list[float], int]:
    """Three different scores, and which class is asked for; its probability is not too near to 0 or 1."""
    while True:
        scores = [float(score) for score in random.sample(range(-1, 5), 3)]
        label = random.randrange(3)
        if 0.03 < math.exp(-_loss(scores, label)) < 0.97 and scores[label]:
            return scores, label


def _loss(scores: list[float], label: int) -> float:
    return cross_entropy(torch.tensor([scores]), torch.tensor([label]))


def _table(scores: list[float]) -> TableFigure:
    rows = (Row(f"score_{place}", said(CLASSES[place]), Number(score)) for place, score in enumerate(scores))
    return TableFigure("scores", said(_SCORES), tuple(rows))


def _powers(scores: list[float], label: int, probability: float, decimals: int) -> tuple[Step, ...]:
    powers = [round(math.exp(score), 2) for score in scores]
    total = round(sum(math.exp(score) for score in scores), 2)
    sums = tuple(part for power in powers for part in ("+", power))[1:]
    return (
        Step(said(N_("e to the power of each score, added:")), Formula((*sums, "=", total))),
        Step(
            said(N_("The share of this class:")),
            Formula((powers[label], "/", total, "=", round(probability, decimals))),
        ),
    )


def gradient_step(random: Random) -> Draft:
    """One step of plain gradient descent for one weight of the last layer: delta times what it was multiplied by."""
    weight, met = random.randint(-9, 9) / 10, random.choice((0.5, 1.5, 2.0, 2.5, 3.0))
    probability, target = random.randint(1, 9) / 10, random.choice((0, 1))
    rate = random.choice((0.1, 0.2, 0.5))
    gradient = (probability - target) * met
    after = weight - rate * gradient
    wrong = (
        (weight + rate * gradient, said(N_("That is uphill: the loss would grow. Gradient descent subtracts."))),
        (weight - gradient, said(N_("The learning rate is missing."))),
        (weight - rate * (probability - target), said(N_("The gradient is the error times the value that the weight "
                                                         "was multiplied by."))),
        (weight - rate * probability * met, said(N_("The target is missing: the error is probability minus target."))),
        (-rate * gradient, said(N_("That is only the step; the weight moves from where it was."))),
    )  # fmt: skip
    error = round(probability - target, 2)
    return Draft(
        said(N_("One weight of the last layer, and what belongs to it on one picture. Where is it after a step of "
                "gradient descent on the cross-entropy?")),
        (TableFigure("weight", said(_GIVEN), (
            Row("weight", said(N_("the weight")), Number(weight, 2)),
            Row("value", said(N_("value that it was multiplied by")), Number(met, 2)),
            Row("probability", said(N_("probability of its class")), Number(probability, 2)),
            Row("target", said(N_("target (1 if it is the true class)")), Number(target)),
            Row("rate", said(N_("learning rate")), Number(rate, 2)),
        )),),
        Option(Number(after, 3), said(N_("Yes: against the gradient, times the learning rate."))),
        _options(wrong, 3),
        (
            Step(said(N_("Error at the class: probability minus target:")),
                 Formula((probability, "−", target, "=", error))),
            Step(said(N_("Gradient: error times the value:")), Formula((error, "·", met, "=", round(gradient, 3)))),
            Step(said(N_("The weight, minus learning rate times gradient:")),
                 Formula((weight, "−", rate, "·", round(gradient, 3), "=", round(after, 3)))),
        ),
    )  # fmt: skip


def dropout(random: Random) -> Draft:
    """What becomes of a unit's value once the network is trained."""
    rate, value = random.choice((0.2, 0.25, 0.5, 0.75)), random.randint(2, 30) / 10
    layer = build_modules((1,), [Dropout(rate)])
    kept = float(layer(torch.full((200,), value)).max())
    after = float(layer.eval()(torch.tensor([value])))
    wrong = (
        (value * (1 - rate), said(N_("That is how the first paper did it. Today values that are kept are scaled up "
                                     "while training instead, and nothing is left to do afterwards."))),
        (kept, said(N_("That is what the unit gives while training, where it is not dropped."))),
        (0.0, said(N_("Nothing is dropped any more: all units take part."))),
        (value * rate, said(N_("The rate is the share that is dropped while training; afterwards nothing is."))),
    )  # fmt: skip
    return Draft(
        said(N_("A unit gives %(value)s; dropout with rate %(rate)s follows. What leaves the dropout once the network "
                "is trained, on a new picture?"), value=Number(value, 2), rate=Number(rate, 2)),
        (),
        Option(Number(after, 2), said(N_("Yes: once trained, dropout lets everything through as it is."))),
        _options(wrong, 2),
        (
            Step(said(N_("While training, a value that is kept is divided by 1 − rate, so that the mean stays:")),
                 Formula((round(value, 2), "/", "(", 1, "−", rate, ")", "=", round(kept, 2)))),
            Step(said(N_("Once trained nothing is dropped and nothing divided:")), Formula((round(after, 2),))),
        ),
    )  # fmt: skip


def lasso_ridge(random: Random) -> Draft:
    """What lasso (L1) or ridge (L2) adds to the loss; the lecture's slides swap the names."""
    is_lasso = random.random() < 0.5
    strength = random.choice((0.01, 0.1, 0.5))
    weights = [random.choice((-1, 1)) * random.randint(1, 30) / 10 for _ in range(3)]
    while abs(sum(map(abs, weights)) - sum(w * w for w in weights)) < 0.5:
        weights = [random.choice((-1, 1)) * random.randint(1, 30) / 10 for _ in range(3)]
    sizes, squares = (math.fsum(map(abs, weights)), math.fsum(w * w for w in weights))
    lasso, ridge = strength * sizes, strength * squares
    right, other = (lasso, ridge) if is_lasso else (ridge, lasso)
    swapped = (
        N_("That is ridge, L2: squares. (The slides swap the two names.)") if is_lasso
        else N_("That is lasso, L1: sizes. (The slides swap the two names.)")
    )  # fmt: skip
    wrong = (
        (other, said(swapped)),
        (strength * math.fsum(weights), said(N_("Weights of opposite signs must not cancel: sizes or squares are "
                                                "added."))),
        (sizes if is_lasso else squares, said(N_("The strength is missing."))),
        (strength * math.sqrt(squares), said(N_("That is the length of the weights as a vector, which max-norm "
                                                "limits."))),
    )  # fmt: skip
    rows = (Row(f"weight_{place}", said(N_("Weight %(number)s"), number=Number(place)), Number(weight, 2))
            for place, weight in enumerate(weights, 1))  # fmt: skip
    name = N_("lasso") if is_lasso else N_("ridge")
    return Draft(
        said(N_("What does %(name)s add to the loss for these weights?"), name=said(name)),
        (TableFigure("weights", said(_GIVEN), (*rows, Row("strength", said(N_("strength λ")), Number(strength, 2)))),),
        Option(Number(right, 4), said(N_("Yes: lasso is L1, the sizes of the weights; ridge is L2, their squares."))),
        _options(wrong, 4),
        _penalty(weights, strength, right, is_lasso),
    )


def _penalty(weights: list[float], strength: float, value: float, is_lasso: bool) -> tuple[Step, ...]:
    """The sum, and which way and how hard it pulls the first weight."""
    terms = [("+", abs(w)) if is_lasso else ("+", w, "·", w) for w in weights]
    parts: tuple[float | str, ...] = tuple(part for term in terms for part in term)[1:]
    pull = _pull(weights, strength, is_lasso)
    added, gradient = (
        (N_("L1: sizes, added, times λ:"),
         N_("Its gradient at the first weight is λ with the weight's sign, whatever its size: small weights reach 0."))
        if is_lasso
        else (N_("L2: squares, added, times λ:"),
              N_("Its gradient at the first weight is 2 λ w, less for small weights: they rarely reach 0."))
    )  # fmt: skip
    return (
        Step(said(added), Formula((strength, "·", "(", *parts, ")", "=", round(value, 4)))),
        Step(said(gradient), Formula((round(pull, 4),))),
    )


def _pull(weights: list[float], strength: float, is_lasso: bool) -> float:
    """What trainings add to the gradient of the first weight."""
    kernel = nn.Parameter(torch.tensor([weights], dtype=torch.float64))
    kernel.grad = torch.zeros_like(kernel)
    add_penalties([kernel], strength if is_lasso else 0.0, 0.0 if is_lasso else strength)
    return float(kernel.grad[0, 0])


def batch_normalization(random: Random) -> Draft:
    """What becomes of the first of four numbers of a batch, factor and offset learned."""
    factor, offset = random.choice(((1, 0), (1, 0), (2, 1), (2, -1)))
    values = [float(random.randint(0, 12)) for _ in range(4)]
    while _variance(values) < 2 or abs(values[0] - math.fsum(values) / 4) < 0.5:
        values = [float(random.randint(0, 12)) for _ in range(4)]
    mean, variance = math.fsum(values) / 4, _variance(values)
    first, deviation = values[0] - mean, math.sqrt(variance)
    right = _normalized(values, factor, offset)
    low, high = min(values), max(values)
    wrong = (
        (factor * first + offset, said(N_("That is centered; it still has to be divided by the deviation."))),
        (factor * first / variance + offset, said(N_("Divided by the variance; its root, the deviation, is meant."))),
        (factor * (values[0] - low) / (high - low) + offset, said(N_("That squeezes the batch between 0 and 1; batch "
                                                                     "normalization takes mean and deviation."))),
        (first / deviation, said(N_("γ and β are missing: what is learned comes last."))),
        (factor * first / math.sqrt(variance * 4 / 3) + offset, said(N_("The variance is divided by the 4 values, "
                                                                        "not by 3."))),
    )  # fmt: skip
    rows = (Row(f"value_{place}", said(N_("Value %(number)s"), number=Number(place)), Number(value))
            for place, value in enumerate(values, 1))  # fmt: skip
    return Draft(
        said(N_("A batch of four values of one map. What does batch normalization make of the first?")),
        (TableFigure("batch", said(_GIVEN), (
            *rows, Row("gamma", said(N_("γ, learned factor")), Number(factor)),
            Row("beta", said(N_("β, learned offset")), Number(offset)),
        )),),
        Option(Number(right, 2), said(N_("Yes: minus the batch's mean, over its deviation, then γ and β."))),
        _options(wrong, 2),
        (
            Step(said(N_("Mean of the batch:")), Formula((*_sum(values), "/", 4, "=", mean))),
            Step(said(N_("Mean of the squares of what is left without it (variance), and its root:")),
                 Formula(("√", round(variance, 3), "=", round(deviation, 3)))),
            Step(said(N_("γ · (x − mean) / deviation + β:")),
                 Formula((factor, "·", "(", values[0], "−", mean, ")", "/", round(deviation, 3), "+", offset, "=",
                          round(right, 2)))),
        ),
    )  # fmt: skip


def _sum(values: list[float]) -> tuple[float | str, ...]:
    return "(", *tuple(part for value in values for part in ("+", value))[1:], ")"


def _variance(values: list[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / len(values)


def _normalized(values: list[float], factor: float, offset: float) -> float:
    """The first of them after the layer that networks have, as in training."""
    module = build_modules((1, 1, 1), [BatchNormalization(epsilon=1e-5)])
    layer = next(child for child in module.modules() if isinstance(child, nn.BatchNorm2d))
    with torch.no_grad():
        layer.weight.fill_(factor)
        layer.bias.fill_(offset)
        return float(module(torch.tensor(values).reshape(4, 1, 1, 1))[0])


def _options(wrong: Wrong, decimals: int) -> tuple[Option, ...]:
    return tuple(Option(Number(value, decimals), reply) for value, reply in wrong)
