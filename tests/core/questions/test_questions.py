"""Questions as such: complete, the same for a seed, with choices that differ; and what is said of answers."""

import pickle
from itertools import combinations
from typing import Any

import pytest

from app.core.errors import InvalidValue, UnknownQuestion
from app.core.questions.kinds import QUESTION_KINDS
from app.core.questions.posed import LETTERS, MatrixFigure, Number, Option, PictureFigure, Posed
from app.core.questions.questions import MAKERS, judge_answer, pose
from app.web.questions.words import tell_judged, tell_question
from tests.core.questions.reading import asked, pixels


def test_every_kind_has_a_maker_and_a_chapter_and_every_chapter_a_kind() -> None:
    assert list(MAKERS) == list(QUESTION_KINDS)
    assert len(QUESTION_KINDS) >= 16
    assert {kind.chapter for kind in QUESTION_KINDS.values()} == set(range(1, 9))


@pytest.mark.parametrize("kind", QUESTION_KINDS)
def test_choices_differ_for_500_seeds_and_each_wrong_one_has_its_reply(kind: str) -> None:
    for posed in asked(kind):
        told = [shown(option) for option in posed.options]

        assert 3 <= len(told) <= 4 or (posed.draft.is_typed and len(told) > 1), posed.seed
        assert all(one != other for one, other in combinations(told, 2)), posed.seed
        assert all(option.reply.message for option in posed.options)
        assert posed.options[posed.right].reply not in [option.reply for option in wrong(posed)]
        assert posed.draft.working


def shown(option: Option) -> Any:
    """What tells it from others on a screen."""
    match option.shows:
        case Number(value=value, decimals=decimals):
            return f"{value + 0.0:.{decimals}f}"
        case MatrixFigure(rows=rows, divisor=divisor):
            return rows, divisor
        case PictureFigure(png=png):
            return png
    return option.shows


def wrong(posed: Posed) -> list[Option]:
    return [option for place, option in enumerate(posed.options) if place != posed.right]


def test_pictures_to_choose_from_look_different() -> None:
    for posed in asked("which-picture")[:100]:
        levels = [pixels(option.shows) for option in posed.options if isinstance(option.shows, PictureFigure)]

        for one, other in combinations(levels, 2):
            assert abs(one - other).mean() > 0.01 * max(abs(one).max(), abs(other).max()), posed.seed


@pytest.mark.parametrize("kind", QUESTION_KINDS)
def test_a_seed_is_one_question_in_both_languages(kind: str) -> None:
    for seed in (0, 7, 2**31 - 1):
        one, other = pose(kind, seed), pose(kind, seed)
        english, spanish = tell_question(one, "en"), tell_question(one, "es")

        assert one == other
        assert tell_question(other, "en") == english
        assert english["text"] != spanish["text"]
        assert [figure.get("rows") for figure in english["figures"] if figure["kind"] == "matrix"] == [
            figure.get("rows") for figure in spanish["figures"] if figure["kind"] == "matrix"
        ]


@pytest.mark.parametrize("kind", QUESTION_KINDS)
def test_seeds_are_different_questions_and_the_right_letter_changes(kind: str) -> None:
    posed = asked(kind)

    assert len({pickle.dumps((question.draft.figures, question.options)) for question in posed}) > 20
    assert posed[0].draft.is_typed or len({question.right for question in posed}) >= 3


@pytest.mark.parametrize("kind", [kind for kind in QUESTION_KINDS if not pose(kind, 0).draft.is_typed])
def test_each_letter_is_judged_and_one_is_right(kind: str) -> None:
    posed = pose(kind, 3)

    judged = [judge_answer(kind, 3, letter) for letter in LETTERS[: len(posed.options)]]

    assert [found.right for found in judged].count(True) == 1
    assert judged[posed.right].right
    assert [found.reply for found in judged] == [option.reply for option in posed.options]


def test_a_typed_number_is_judged_and_a_known_mistake_is_named() -> None:
    posed = pose("receptive-field", 7)
    right, *mistakes = posed.options
    assert isinstance(right.shows, Number)
    assert isinstance(mistakes[0].shows, Number)

    assert judge_answer("receptive-field", 7, right.shows.value).right
    assert judge_answer("receptive-field", 7, int(mistakes[0].shows.value)).reply == mistakes[0].reply
    assert judge_answer("receptive-field", 7, 12345).reply.message == "No. The working shows how it comes about."


def test_replies_name_the_mistake() -> None:
    posed = pose("output-size", 12)

    replies = {shown(option): tell_judged(judge_answer("output-size", 12, letter), "en")["reply"]
               for letter, option in zip(LETTERS, posed.options, strict=True)}  # fmt: skip

    assert replies["4"] == "The padding was forgotten."
    assert replies["14"] == "That is the size with stride 1."


def test_a_working_is_written_with_its_numbers() -> None:
    told = tell_judged(judge_answer("output-size", 12, "a"), "es")

    assert told["working"][0]["formula"] == "(12 + 2 · 3 − 5) / 2 + 1 = 7,5"


@pytest.mark.parametrize("answer", ["e", "", "ab", "d ", 3, None, True, [], {"a": 1}, "A"])
def test_what_is_no_choice_is_refused(answer: Any) -> None:
    with pytest.raises(InvalidValue, match="one of a, b, c"):
        judge_answer("relu", 1, answer)


@pytest.mark.parametrize("answer", ["a", "12", None, True, float("nan"), float("inf"), 1e300, 10**400, [1]])
def test_what_is_no_number_is_refused_where_one_is_typed(answer: Any) -> None:
    with pytest.raises(InvalidValue, match="is a number"):
        judge_answer("receptive-field", 1, answer)


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownQuestion, match="lists all"):
        pose("nonsense", 1)
