"""Read models of situations (tình huống): a bank's list, one to show or edit, who uses which wording."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.db import read
from core.errors import NotFound
from core.i18n import N_
from questions.bank.models import Bank, MediaFile, Question, QuestionVersion, SituationVersion
from questions.bank.queries import brought_in
from questions.items import Media


@dataclass(frozen=True, slots=True)
class SituationLine:
    """A situation in its newest wording; ``uses`` maps a wording's number to how many questions use it."""

    newest: SituationVersion
    uses: dict[int, int]

    @property
    def used(self) -> int:
        """How many questions use it in any wording."""
        return sum(self.uses.values())

    @property
    def behind(self) -> int:
        """How many questions still use an older wording."""
        return sum(count for number, count in self.uses.items() if number != self.newest.number)


def newest(bank: Bank) -> list[SituationVersion]:
    """A bank's situations in their newest wording, by code."""
    last = (
        sa.select(SituationVersion.code, sa.func.max(SituationVersion.number).label("number"))
        .where(SituationVersion.bank_id == bank.id)
        .group_by(SituationVersion.code)
        .subquery()
    )
    return list(
        read().scalars(
            sa.select(SituationVersion)
            .join(last, sa.and_(last.c.code == SituationVersion.code, last.c.number == SituationVersion.number))
            .where(SituationVersion.bank_id == bank.id)
            .order_by(SituationVersion.code)
        )
    )


def listing(bank: Bank) -> list[SituationLine]:
    """A bank's situations with their uses; two statements."""
    counted = read().execute(
        sa.select(SituationVersion.code, SituationVersion.number, sa.func.count())
        .join(QuestionVersion, QuestionVersion.situation_id == SituationVersion.id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(SituationVersion.bank_id == bank.id, QuestionVersion.newest, Question.status != "retired", brought_in())
        .group_by(SituationVersion.code, SituationVersion.number)
    )
    uses: dict[str, dict[int, int]] = {}
    for code, number, count in counted:
        uses.setdefault(code, {})[number] = count
    return [SituationLine(row, uses.get(row.code, {})) for row in newest(bank)]


def line(bank: Bank, code: str) -> SituationLine:
    """A situation of a bank by its code; raises :class:`NotFound`."""
    found = next((one for one in listing(bank) if one.newest.code == code), None)
    if found is None:
        raise NotFound(N_("Không tìm thấy tình huống này."))
    return found


def behind(row: SituationVersion) -> list[str]:
    """Public ids of the questions in use whose newest wording has an older wording of this situation."""
    return list(
        read().scalars(
            sa.select(Question.public_id)
            .join(QuestionVersion, QuestionVersion.question_id == Question.id)
            .join(SituationVersion, SituationVersion.id == QuestionVersion.situation_id)
            .where(
                SituationVersion.bank_id == row.bank_id,
                SituationVersion.code == row.code,
                SituationVersion.number < row.number,
                QuestionVersion.newest,
                Question.status != "retired",
                brought_in(),
            )
            .order_by(Question.code)
        )
    )


def users(row: SituationVersion) -> list[tuple[str, str, int]]:
    """(public id, code, number of the situation's wording) of the questions in use, in code order."""
    found = read().execute(
        sa.select(Question.public_id, Question.code, SituationVersion.number)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(SituationVersion, SituationVersion.id == QuestionVersion.situation_id)
        .where(
            SituationVersion.bank_id == row.bank_id,
            SituationVersion.code == row.code,
            QuestionVersion.newest,
            Question.status != "retired",
            brought_in(),
        )
        .order_by(Question.code)
    )
    return [(public_id, code, number) for public_id, code, number in found]


def media(row: SituationVersion) -> dict[str, Media]:
    """Hash -> the media of a wording with their bytes."""
    rows = read().execute(
        sa.select(MediaFile.sha256, MediaFile.data).where(MediaFile.sha256.in_([m["sha256"] for m in row.media]))
    )
    data = {found.sha256: found.data for found in rows}
    return {m["sha256"]: Media(m["name"], m["type"], m["alt"], data[m["sha256"]]) for m in row.media}
