"""What leaves a bank, read: wordings to write, how heavy their media are, what was taken out before."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from core.audit import AuditEntry
from core.db import read
from questions.bank.models import Bank, MediaFile, QuestionVersion, SituationVersion, VersionCitation

EXPORTED, PRINTED = "questions.exported", "questions.printed"


def versions_by_id(version_ids: Iterable[int]) -> list[QuestionVersion]:
    """Wordings by their ids, whole, in the order of their questions' codes."""
    found = read().scalars(
        sa.select(QuestionVersion)
        .where(QuestionVersion.id.in_(list(version_ids)))
        .options(
            joinedload(QuestionVersion.question),
            joinedload(QuestionVersion.situation),
            selectinload(QuestionVersion.citations).joinedload(VersionCitation.document),
        )
    )
    return sorted(found, key=lambda version: version.question.code)


def media_bytes(situations: Iterable[SituationVersion], *, types: tuple[str, ...] = ()) -> int:
    """How many bytes the media of these situations have (those of ``types``, if given), each once."""
    wanted = {m["sha256"] for row in situations for m in row.media if not types or m["type"] in types}
    if not wanted:
        return 0
    weight = sa.func.sum(sa.func.length(MediaFile.data))
    return int(read().scalar(sa.select(weight).where(MediaFile.sha256.in_(wanted))) or 0)


def recent(bank: Bank, action: str, limit: int = 5) -> list[AuditEntry]:
    """The newest files of a kind that were taken out of a bank, from the audit trail."""
    return list(
        read().scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.subject == f"bank:{bank.public_id}", AuditEntry.action == action)
            .order_by(AuditEntry.id.desc())
            .limit(limit)
        )
    )
