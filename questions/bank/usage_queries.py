"""Read models of how questions did where they were asked, and of whose question a wording is."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from core.db import read
from questions.bank.models import Bank, ItemStatistic, Question, QuestionVersion
from questions.statistics import ANSWERS_MIN, ItemStatistics, suggested_difficulty


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose wording it is; ``owner_id`` owns the bank, ``state`` is the wording's."""

    question_id: str
    code: str
    state: str
    owner_id: int


@dataclass(frozen=True, slots=True)
class Use:
    """How wording ``number`` of a question did in a round."""

    round_title: str
    number: int
    statistics: ItemStatistics

    @property
    def suggested(self) -> int | None:
        """The difficulty that the answers suggest, where there are enough of them."""
        return suggested_difficulty(self.statistics.facility) if self.statistics.n >= ANSWERS_MIN else None


def asked(version_ids: Iterable[int]) -> dict[int, Asked]:
    """Version id -> its question."""
    rows = read().execute(
        sa.select(QuestionVersion.id, Question.public_id, Question.code, QuestionVersion.state, Bank.owner_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .where(QuestionVersion.id.in_(list(version_ids)))
    )
    return {version_id: Asked(question_id, code, state, owner) for version_id, question_id, code, state, owner in rows}


def uses(question_pk: int) -> list[Use]:
    """A question in every analysed round, the newest analysis first."""
    rows = read().execute(
        sa.select(ItemStatistic.round_title, QuestionVersion.number, ItemStatistic.data)
        .join(QuestionVersion, QuestionVersion.id == ItemStatistic.version_id)
        .where(QuestionVersion.question_id == question_pk)
        .order_by(ItemStatistic.computed_at.desc(), ItemStatistic.id.desc())
    )
    return [Use(title, number, msgspec.convert(data, ItemStatistics)) for title, number, data in rows]
