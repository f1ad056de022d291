"""What the prediction's number comes to: before or after voided attempts and excluded people are taken out. By hand."""

from datetime import timedelta

import pytest

from contest.attempts import service as attempts
from contest.attempts import voiding
from contest.attempts.models import Attempt
from contest.people.models import Person
from contest.results import counting
from contest.rounds import entries
from contest.rounds.rules import (
    BlueprintCell,
    Counting,
    Group,
    Prediction,
    PredictionOf,
    PredictionOver,
    PredictionWhen,
)
from core.access import SYSTEM
from tests.world import TOPICS, World

BLUEPRINT = tuple(BlueprintCell(topic, 1, 1) for topic in TOPICS)
GROUPS = (Group("A", "Sở Nội vụ", BLUEPRINT, agencies=("SO-NV",)), Group("B", "Còn lại", BLUEPRINT))
BEFORE, AFTER = PredictionWhen.BEFORE, PredictionWhen.AFTER


def _sit(world: World, person: Person, round_id: str, right: int, guess: int) -> Attempt:
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=right)
    world.later(seconds=60)
    with world.inside():
        attempts.submit(
            person_id=person.id, now=world.now, attempt_id=attempt.public_id, epoch=1, answers=answers, prediction=guess
        )
    return attempt


def _played(world: World, rule: Prediction, *, counts: Counting = Counting.BEST) -> tuple[counting.Field, list[int]]:
    """Four people, by hand: An's only attempt (perfect) is voided; Bình's first (perfect) is, the second has two
    points; Châu (perfect) is put on the list afterwards; Dung has one point. An and Bình are of group A."""
    round_id = world.round(
        attempts=3, lasts=timedelta(hours=2), blueprint=(), groups=GROUPS, prediction=rule, counts=counts,
        criteria=("points", "prediction", "elapsed"),
    )  # fmt: skip
    an, binh, chau, dung = people = [world.person(agency) for agency in ("SO-NV", "SO-NV", "SO-TP", "SO-TP")]
    wrong = [_sit(world, an, round_id, 4, 9), _sit(world, binh, round_id, 4, 9)]
    with world.inside():
        for attempt in wrong:
            voiding.void(actor=SYSTEM, now=world.now, attempt_id=attempt.public_id, details={})
    _sit(world, binh, round_id, 2, 3)
    _sit(world, chau, round_id, 4, 2)
    _sit(world, dung, round_id, 1, 5)
    view = world.view(round_id)
    world.later(hours=3)
    with world.inside():
        entries.exclude(actor=SYSTEM, now=world.now, contest_id=view.contest.id, person_id=chau.id, reason="Tổ ra đề")
        return counting.of_round(world.view(round_id)), [person.id for person in people]


@pytest.mark.parametrize(
    ("of", "when", "wanted"),
    [
        (PredictionOf.TAKERS, BEFORE, {"": 4, "A": 2, "B": 2}),
        (PredictionOf.TAKERS, AFTER, {"": 2, "A": 1, "B": 1}),
        (PredictionOf.ATTEMPTS, BEFORE, {"": 5, "A": 3, "B": 2}),
        (PredictionOf.ATTEMPTS, AFTER, {"": 2, "A": 1, "B": 1}),
        (PredictionOf.PERFECT, BEFORE, {"": 3, "A": 2, "B": 1}),
        (PredictionOf.PERFECT, AFTER, {"": 0, "A": 0, "B": 0}),
    ],
)
def test_the_number(world: World, of: PredictionOf, when: PredictionWhen, wanted: dict[str, int]) -> None:
    field, (_, binh, chau, dung) = _played(world, Prediction(of=of, when=when))
    assert field.actual == wanted
    found = {e.person_id: e.result for e in field.entrants}
    assert {pk: result.points for pk, result in found.items()} == {binh: 2, chau: 4, dung: 1}, "the same either way"
    assert [found[pk].prediction_error for pk in (binh, chau, dung)] == [abs(n - wanted[""]) for n in (3, 2, 5)]
    assert {e.person_id: e.attempts for e in field.entrants}[binh] == 1


def test_each_group_by_its_own_number(world: World) -> None:
    rule = Prediction(of=PredictionOf.ATTEMPTS, over=PredictionOver.GROUP, when=BEFORE)
    field, (_, binh, chau, dung) = _played(world, rule)
    found = {e.person_id: e.result.prediction_error for e in field.entrants}
    assert found == {binh: 0, chau: 0, dung: 3}


def test_before_goes_by_the_attempt_that_would_have_counted(world: World) -> None:
    """By the last attempt Bình is not perfect, voided or not."""
    field, _ = _played(world, Prediction(of=PredictionOf.PERFECT, when=BEFORE), counts=Counting.LAST)
    assert field.actual == {"": 2, "A": 1, "B": 1}


def test_nobody_sat(world: World) -> None:
    round_id = world.round(
        lasts=timedelta(hours=1), prediction=Prediction(when=BEFORE), criteria=("points", "prediction")
    )
    world.later(hours=2)
    with world.inside():
        assert counting.of_round(world.view(round_id)).actual == {"": 0}
