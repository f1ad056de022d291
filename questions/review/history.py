"""The history of a version: every act with who, when, and the hash of what it was about."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.access import Actor
from core.db import read, transaction
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.text import tidy_lines
from questions.bank.models import SETTLED, QuestionVersion
from questions.review.models import KeyExposure, ReviewEntry

SEEN, PRINTED, EXPORTED = "seen", "printed", "exported"
TEXT_MAX = 2_000
BATCH = 500
_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def remark(text: str) -> str:
    """What a person says for an act that wants words, tidied; raises :class:`Invalid` at the field ``text``."""
    text = tidy_lines(text)
    if not text:
        raise Invalid(N_("Đề nghị ghi ý kiến."), fields={"text": N_("Đề nghị ghi ý kiến.")})
    if len(text) > TEXT_MAX:
        raise Invalid(N_("Ý kiến không dài quá 2.000 ký tự."), fields={"text": N_("Không dài quá 2.000 ký tự.")})
    return text


def require_seen(version: QuestionVersion, sha256: str) -> None:
    """Raise :class:`Conflict` unless this wording is the one whose hash the page had."""
    if version.sha256 != sha256:
        raise Conflict(
            N_("Câu hỏi đã được sửa sau khi mở trang này. Đề nghị đọc lại nội dung mới rồi quyết định."),
            code="edited-meanwhile",
        )


def enter(actor: Actor, now: datetime, version: QuestionVersion, act: str, text: str = "") -> None:
    """Write an act into the version's history, in the transaction that is open."""
    with transaction() as session:
        session.add(
            ReviewEntry(
                version=version,
                person_id=actor.person_id,
                person_name=actor.full_name,
                act=act,
                text=text,
                sha256=version.sha256,
                at=now,
            )
        )


def entries(version_ids: Iterable[int]) -> list[ReviewEntry]:
    """Acts on versions, oldest first."""
    return list(
        read().scalars(
            sa.select(ReviewEntry).where(ReviewEntry.version_id.in_(list(version_ids))).order_by(ReviewEntry.id)
        )
    )


def returned(version_ids: Iterable[int]) -> dict[int, ReviewEntry]:
    """The versions that were sent back and not handed over again, with what was said."""
    last: dict[int, ReviewEntry] = {}
    for entry in entries(version_ids):
        if entry.act != "comment":
            last[entry.version_id] = entry
    return {version_id: entry for version_id, entry in last.items() if entry.act == "returned"}


def expose(*, actor: Actor, now: datetime, version_ids: Iterable[int], how: str) -> None:
    """Note that ``actor`` was handed the keys of these versions; call it before handing them over.

    Wordings of one question mostly share the key, and a newer one is shown against those before it.
    So each of them tells the keys of all settled wordings of its question: those are written down,
    and those in review. A draft is nobody's secret.
    """
    if actor.person_id is None:
        return
    rows = [
        {
            "version_id": version_id,
            "person_id": actor.person_id,
            "person_name": actor.full_name,
            "how": how,
            "first_at": now,
            "last_at": now,
            "times": 1,
        }
        for version_id in _told_by(version_ids)
    ]
    if not rows:
        return
    with transaction() as session:
        # Two tabs of one person may ask at once: counted in one statement, or the second would fail.
        session.execute(
            _INSERTS[session.get_bind().dialect.name](KeyExposure).on_conflict_do_update(
                index_elements=["version_id", "person_id", "how"],
                set_={"last_at": now, "times": KeyExposure.times + 1},
            ),
            rows,
        )


def _told_by(version_ids: Iterable[int]) -> list[int]:
    wanted = sorted(set(version_ids))
    told: set[int] = set()
    for start in range(0, len(wanted), BATCH):
        handed = QuestionVersion.id.in_(wanted[start : start + BATCH])
        told.update(
            read().scalars(
                sa.select(QuestionVersion.id).where(
                    QuestionVersion.question_id.in_(sa.select(QuestionVersion.question_id).where(handed)),
                    sa.or_(QuestionVersion.state.in_(SETTLED), sa.and_(QuestionVersion.state == "in_review", handed)),
                )
            )
        )
    return sorted(told)


def exposures(version_ids: Iterable[int]) -> list[KeyExposure]:
    """Who has been handed the keys of these versions, last first."""
    return list(
        read().scalars(
            sa.select(KeyExposure)
            .where(KeyExposure.version_id.in_(list(version_ids)))
            .order_by(KeyExposure.last_at.desc())
        )
    )
