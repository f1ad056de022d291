"""A wrong key while a round runs: proposed by one, approved by another, then a new pool revision (DESIGN §3).

The question is on no new paper from that moment on; papers that were served are marked again by
``remarking``, within seconds.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contest.attempts import remarking
from contest.attempts.models import KeyChange
from contest.rounds import lifecycle, pools
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.models import PoolRevision, Round
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundState
from core import audit
from core.access import Actor, Permission, require
from core.db import read, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.i18n import N_
from core.ids import public_id
from core.text import tidy
from questions.bank import queries as bank
from questions.drawing import PoolItem
from questions.marking import MarkingRule

WHILE = (RoundState.SCHEDULED, RoundState.OPEN, RoundState.CLOSED)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A change of keys that waits for the second person, or was decided."""

    id: str
    version_id: int
    keys: tuple[int, ...]
    reason: str
    proposed_by: int | None
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    revision: int | None


def propose(
    *, actor: Actor, now: datetime, round_id: str, version_id: int, keys: tuple[int, ...], reason: str
) -> KeyChange:
    """Ask that a question be marked by other ``keys``, or (none) by no key any more (vô hiệu câu hỏi)."""
    require(actor, Permission.CONTEST_MANAGE)
    if actor.person_id is None:  # two people decide, so the system is neither
        raise Forbidden(N_("Việc này cần hai thành viên của Ban Tổ chức, đăng nhập bằng tài khoản của mình."))
    if not tidy(reason):
        raise Invalid(N_("Đề nghị nêu lý do."), fields={"reason": N_("Đề nghị nêu lý do.")})
    with transaction() as session:
        round_ = round_verbs.locked(round_id)
        view = rounds.round_view(round_, round_.contest, now)
        item = _refuse(view, version_id, keys)
        if _waiting(round_.id, version_id) is not None:
            raise Conflict(N_("Câu hỏi này đang có một đề xuất chờ phê duyệt."), code="waiting")
        change = KeyChange(
            public_id=public_id(),
            round_id=round_.id,
            version_id=item.version_id,
            keys=sorted(set(keys)),
            reason=tidy(reason),
            proposed_by=actor.person_id,
            proposed_at=now,
        )
        session.add(change)
        audit.record(
            actor=actor,
            now=now,
            action="round.key-change-proposed",
            subject=f"round:{round_id}",
            details={"change": change.public_id, "version": version_id, "reason": change.reason},
        )
    return change


def approve(*, actor: Actor, now: datetime, change_id: str) -> KeyChange:
    """The second person's yes: the new revision holds from the commit of this on."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        change, round_ = _locked(change_id)
        if actor.person_id is None or actor.person_id == change.proposed_by:
            raise Forbidden(N_("Người đề xuất không tự phê duyệt được; cần một thành viên khác của Ban Tổ chức."))
        view = rounds.round_view(round_, round_.contest, now)
        _refuse(view, change.version_id, tuple(change.keys))
        last = session.scalars(
            sa.select(PoolRevision).where(PoolRevision.round_id == round_.id, PoolRevision.number == round_.revision)
        ).one()
        items = _corrected(rounds.pool(round_.id, round_.revision).items, change.version_id, tuple(change.keys))
        blueprints = _refilled(view, last.blueprints, items)
        revision = pools.next_revision(last, items=items, blueprints=blueprints, now=now)
        session.add(revision)
        round_.revision = revision.number
        change.decided_by, change.decided_at, change.revision = actor.person_id, now, revision.number
        session.flush()
        # In public only that the question was corrected: its keys stay secret while others may be asked it.
        round_verbs.amend(
            actor=actor,
            now=now,
            round_=round_,
            kind="keys",
            before={"revision": last.number, "commitment": last.commitment},
            after={
                "revision": revision.number,
                "commitment": revision.commitment,
                "version": change.version_id,
                "neutral": not change.keys,
            },
            reason=change.reason,
        )
    return change


def reject(*, actor: Actor, now: datetime, change_id: str) -> KeyChange:
    """Take a proposal off the table; whoever made it may, too."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction():
        change, round_ = _locked(change_id)
        change.decided_at = now
        change.decided_by = actor.person_id if actor.person_id != change.proposed_by else None
        audit.record(
            actor=actor,
            now=now,
            action="round.key-change-rejected",
            subject=f"round:{round_.public_id}",
            details={"change": change_id},
        )
    return change


def of_round(round_pk: int) -> list[Proposed]:
    """All proposals of a round, newest first."""
    rows = read().scalars(sa.select(KeyChange).where(KeyChange.round_id == round_pk).order_by(KeyChange.id.desc()))
    return [_view(row) for row in rows]


def proposal(change_id: str) -> tuple[Proposed, int]:
    """One proposal and its round's key; raises :class:`NotFound`."""
    row = read().scalar(sa.select(KeyChange).where(KeyChange.public_id == change_id))
    if row is None:
        raise NotFound(N_("Không tìm thấy đề xuất."))
    return _view(row), row.round_id


def rehearse(
    view: RoundView, *, version_id: int, keys: tuple[int, ...], report: Callable[[int, int], None] | None = None
) -> remarking.Effect:
    """What a change would do, without doing it; raises as :func:`corrected` does."""
    items = corrected(view, version_id=version_id, keys=keys)
    return remarking.effect(view, version_id=version_id, items=items, report=report)


def corrected(view: RoundView, *, version_id: int, keys: tuple[int, ...]) -> list[PoolItem]:
    """The round's pool as a change would make it; raises as :func:`propose` and :func:`approve` do."""
    _refuse(view, version_id, keys)
    pool = rounds.pool(view.pk, view.revision)
    items = _corrected(pool.items, version_id, keys)
    _refilled(view, {code: [asdict(cell) for cell in cells] for code, cells in pool.blueprints.items()}, items)
    return items


def elsewhere(view: RoundView, *, version_id: int, now: datetime) -> list[RoundView]:
    """The other prepared rounds, not published, that mark this question by its old keys, in whatever wording."""
    wordings = bank.wordings([version_id]).get(version_id, frozenset())
    return [
        other
        for other in rounds.rounds(now=now)
        if other.pk != view.pk
        and other.state in WHILE
        and any(
            not item.withdrawn
            for wording in wordings
            if (item := rounds.pool(other.pk, other.revision).by_version.get(wording)) is not None
        )
    ]


def waiting() -> dict[int, int]:
    """Round key -> how many proposals wait for the second person."""
    rows = read().execute(
        sa.select(KeyChange.round_id, sa.func.count().label("proposals"))
        .where(KeyChange.decided_at.is_(None))
        .group_by(KeyChange.round_id)
    )
    return {row.round_id: row.proposals for row in rows}


def _refuse(view: RoundView, version_id: int, keys: tuple[int, ...]) -> PoolItem:
    """The question in the round's pool; raises why its keys cannot be changed so."""
    if view.state not in WHILE:
        raise Conflict(
            N_("Chỉ sửa đáp án được ở vòng thi đã chốt đề mà chưa công bố kết quả. Sau công bố, dùng “Chấm lại”."),
            code="closed",
        )
    item = rounds.pool(view.pk, view.revision).by_version.get(version_id)
    if item is None:
        raise NotFound(N_("Câu hỏi này không thuộc bộ câu hỏi của vòng thi."))
    if set(keys) - set(range(len(item.choices))) or (item.kind != "multiple" and len(keys) > 1):
        raise Invalid(
            N_("Đáp án phải là phương án của câu hỏi; câu chọn một phương án chỉ có một đáp án."),
            fields={"keys": N_("Đề nghị chọn lại đáp án.")},
        )
    if (item.neutral and not keys) or (not item.neutral and keys and tuple(sorted(keys)) == tuple(item.keys)):
        raise Conflict(N_("Đáp án đề xuất trùng với đáp án đang dùng để chấm."), code="same")
    if view.rules.marking is MarkingRule.RIGHT_MINUS_WRONG and keys and len(set(keys)) != len(item.keys):
        _refuse_uneven(view, version_id)
    return item


def _refuse_uneven(view: RoundView, version_id: int) -> None:
    """Raise where papers of one round would differ in their maximum, as when a round is prepared."""
    holding, others = remarking.papers_with(view, version_id)
    if holding and (others or not lifecycle.over(view.state)):
        raise Conflict(
            N_(
                "Cách chấm “đúng trừ sai” tính điểm theo số phương án đúng, mà đáp án đề xuất có số phương án đúng "
                "khác đáp án đang dùng: điểm tối đa của %(papers)s bài có câu này sẽ không bằng các bài khác. Đề nghị "
                "vô hiệu câu hỏi; khi đó điểm tối đa giữ nguyên."
            ),
            code="uneven",
            papers=holding,
        )


def _corrected(items: Iterable[PoolItem], version_id: int, keys: tuple[int, ...]) -> list[PoolItem]:
    return [
        replace(item, keys=tuple(sorted(set(keys))) or item.keys, neutral=not keys, withdrawn=True)
        if item.version_id == version_id
        else item
        for item in items
    ]


def _refilled(
    view: RoundView, blueprints: dict[str, list[dict[str, Any]]], items: list[PoolItem]
) -> dict[str, list[dict[str, Any]]]:
    """The blueprints for papers still to be drawn; a round that is over draws none, so its stay as they are."""
    if lifecycle.over(view.state):
        return blueprints
    return pools.refilled(blueprints, items, rule=view.rules.marking)


def _locked(change_id: str) -> tuple[KeyChange, Round]:
    with transaction() as session:
        round_id = session.scalar(
            sa.select(Round.public_id)
            .join(KeyChange, KeyChange.round_id == Round.id)
            .where(KeyChange.public_id == change_id)
        )
        if round_id is None:
            raise NotFound(N_("Không tìm thấy đề xuất."))
        round_ = round_verbs.locked(round_id)
        change = session.scalars(sa.select(KeyChange).where(KeyChange.public_id == change_id).with_for_update()).one()
        if change.decided_at is not None:
            raise Conflict(N_("Đề xuất này đã được quyết định."), code="decided")
        return change, round_


def _waiting(round_pk: int, version_id: int) -> int | None:
    return read().scalar(
        sa.select(KeyChange.id).where(
            KeyChange.round_id == round_pk, KeyChange.version_id == version_id, KeyChange.decided_at.is_(None)
        )
    )


def _view(row: KeyChange) -> Proposed:
    return Proposed(
        row.public_id,
        row.version_id,
        tuple(row.keys),
        row.reason,
        row.proposed_by,
        row.proposed_at,
        row.decided_by,
        row.decided_at,
        row.revision,
    )
