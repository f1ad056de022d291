"""Made-up people (nhân vật mẫu) and how they sit: for the demo and for rehearsals. Through the real verbs."""

import random
from datetime import datetime, timedelta

from contest.attempts import service as attempts
from contest.attempts.models import Attempt
from contest.attempts.rules import AnswerMap, paper_from_data
from contest.people import queries as people
from contest.people.models import Person
from contest.rounds import queries as rounds
from questions.drawing import Slot

SURNAMES = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Hồ", "Phan", "Vũ", "Đặng", "Bùi", "Đậu", "Cao", "Thái", "Ngô"]
MIDDLES = ["Thị", "Văn", "Đức", "Minh", "Thu", "Hữu", "Ngọc", "Quang", "Thanh", "Xuân"]
GIVEN = ["An", "Bình", "Châu", "Dung", "Giang", "Hà", "Hải", "Hoa", "Hùng", "Khánh", "Lan", "Linh"]
GIVEN += ["Mai", "Nam", "Nga", "Phúc", "Quân", "Sơn", "Thảo", "Trang", "Tú", "Vinh", "Yến"]


def name(randomness: random.Random) -> str:
    """A Vietnamese name that is nobody's in particular."""
    return " ".join(randomness.choice(part) for part in (SURNAMES, MIDDLES, GIVEN))


def enter(person: Person, round_id: str, *, at: datetime) -> Attempt:
    """Vào thi."""
    actor = people.actor_of(person.id, person.session_version)
    assert actor is not None
    return attempts.start(actor=actor, now=at, round_id=round_id).attempt


def answered(randomness: random.Random, attempt: Attempt, *, skill: float) -> AnswerMap:
    """A full sheet; each answer is right with the probability ``skill``."""
    keys = rounds.pool(attempt.round_id, attempt.revision).keys
    answers: AnswerMap = {}
    for place, slot in enumerate(paper_from_data(attempt.paper), start=1):
        right = [slot.order.index(key) for key in keys[slot.version_id]]
        answers[str(place)] = right if randomness.random() < skill else _wrong(randomness, slot, right)
    return answers


def predicted(randomness: random.Random, attempt: Attempt, *, crowd: int) -> dict[str, int | None]:
    """The prediction as verbs take it, where the paper asks for one; some people leave it out."""
    if not attempt.predicts:
        return {}
    guess = round(crowd * randomness.lognormvariate(0, 0.6))
    return {"prediction": None if randomness.random() < 0.05 else guess}


def submit(attempt: Attempt, answers: AnswerMap, *, at: datetime, prediction: dict[str, int | None]) -> None:
    """Nộp bài."""
    attempts.submit(
        person_id=attempt.person_id,
        now=at,
        attempt_id=attempt.public_id,
        epoch=attempt.epoch,
        answers=answers,
        **prediction,
    )


def sit(randomness: random.Random, person: Person, round_id: str, begun: datetime, *, crowd: int = 0) -> Attempt:
    """A whole attempt: from ``begun``, for four minutes or longer, with some skill."""
    attempt = enter(person, round_id, at=begun)
    answers = answered(randomness, attempt, skill=randomness.uniform(0.55, 1.0))
    longest = (attempt.deadline - begun).total_seconds()
    took = timedelta(seconds=randomness.uniform(min(240, longest * 0.2), longest * 0.96))
    submit(attempt, answers, at=begun + took, prediction=predicted(randomness, attempt, crowd=crowd))
    return attempt


def _wrong(randomness: random.Random, slot: Slot, right: list[int]) -> list[int]:
    """A wrong answer: another choice, or where several are right perhaps only some of them."""
    others = [place for place in range(len(slot.order)) if place not in right]
    if len(right) > 1 and (not others or randomness.random() < 0.5):
        return right[:-1]
    return [randomness.choice(others)]
