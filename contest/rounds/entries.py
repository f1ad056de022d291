"""Verbs for single people: who is excluded, who is admitted to a later round, who has more time or attempts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contest.rounds import feasibility
from contest.rounds.given import given
from contest.rounds.models import Contest, Entry, Exclusion
from contest.rounds.queries import RoundView
from contest.rounds.service import locked
from core import audit
from core.access import Actor, Permission, require
from core.db import transaction
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.text import tidy

BATCH = 500
EXTRA_ATTEMPTS_MAX = 100


def entry(*, round_pk: int, person_id: int) -> Entry:
    """What holds for one person in a round, for changing; made where nothing did. The round is locked."""
    with transaction() as session:
        found = session.get(Entry, (round_pk, person_id))
        if found is None:
            found = Entry(round_id=round_pk, person_id=person_id, extra_minutes=0, extra_attempts=0, qualified=False)
            session.add(found)
            session.flush()
    return found


BEYOND_PAPERS = N_(
    "Số lượt thi có thể cho thêm mỗi người mà đề không trùng câu: %(left)s. Điểm, đáp án hoặc hạng hiện ra trước khi "
    "kết thúc nên người gặp lại câu cũ đã biết câu trả lời đúng. Đề nghị bù thời gian hoặc gia hạn vòng thi."
)


def more_attempts(*, view: RoundView, person_ids: Sequence[int], attempts: int) -> None:
    """Give these people more attempts than the rules give everybody; three statements for each 500.

    The caller holds the round locked. Raises :class:`Conflict` ``beyond-papers`` where one of them would meet
    a question again, knowing more (promise 6).
    """
    beyond = feasibility.attempts_to_spare(view)
    if beyond is not None:
        left = beyond - max(given(view.pk, person_ids).values(), default=0)
        if attempts > left:
            raise Conflict(BEYOND_PAPERS, code="beyond-papers", left=max(0, left))
    total = Entry.extra_attempts + attempts
    _change(view.pk, person_ids, extra_attempts=sa.case((total > EXTRA_ATTEMPTS_MAX, EXTRA_ATTEMPTS_MAX), else_=total))


def _change(round_pk: int, person_ids: Sequence[int], **values: Any) -> None:
    with transaction() as session:
        for start in range(0, len(person_ids), BATCH):
            ids = person_ids[start : start + BATCH]
            mine = (Entry.round_id == round_pk, Entry.person_id.in_(ids))
            known = set(session.scalars(sa.select(Entry.person_id).where(*mine)))
            fresh = [{"round_id": round_pk, "person_id": pk} for pk in ids if pk not in known]
            if fresh:
                nothing = {"extra_minutes": 0, "extra_attempts": 0, "qualified": False}
                session.execute(sa.insert(Entry), [{**one, **nothing} for one in fresh])
            session.execute(sa.update(Entry).where(*mine).values(values).execution_options(synchronize_session=False))


def exclude(*, actor: Actor, now: datetime, contest_id: str, person_id: int, reason: str) -> None:
    """Put somebody on the contest's exclusion list."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        contest = session.scalar(sa.select(Contest).where(Contest.public_id == contest_id))
        if contest is None:
            raise NotFound(N_("Không tìm thấy cuộc thi."))
        if session.get(Exclusion, (contest.id, person_id)) is None:
            session.add(Exclusion(contest_id=contest.id, person_id=person_id, reason=tidy(reason), at=now))
            audit.record(
                actor=actor,
                now=now,
                action="contest.excluded",
                subject=f"contest:{contest_id}",
                details={"person": person_id, "reason": tidy(reason)},
            )


def admit(*, actor: Actor, now: datetime, contest_id: str, person_id: int) -> None:
    """Take somebody off the exclusion list."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        contest_pk = session.scalar(sa.select(Contest.id).where(Contest.public_id == contest_id))
        found = session.get(Exclusion, (contest_pk, person_id)) if contest_pk else None
        if found is not None:
            session.delete(found)
            audit.record(
                actor=actor,
                now=now,
                action="contest.exclusion-lifted",
                subject=f"contest:{contest_id}",
                details={"person": person_id},
            )


def qualify(*, actor: Actor, now: datetime, round_id: str, person_ids: Iterable[int]) -> None:
    """Set whom an earlier round's sheet admits to this one, instead of whoever was admitted before."""
    admitted = list(dict.fromkeys(person_ids))
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = locked(round_id)
        session.execute(sa.update(Entry).where(Entry.round_id == round_.id).values(qualified=False))
        _change(round_.id, admitted, qualified=True)
        audit.record(
            actor=actor,
            now=now,
            action="round.qualified",
            subject=f"round:{round_id}",
            details={"people": len(admitted)},
        )
