"""Verbs of contests and rounds. What moves attempts (extend, pause, close) stands in the attempts room."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from contest.rounds import amendments, checks, feasibility, pools, prize_trial, queries
from contest.rounds.lifecycle import WINDOW_MAX
from contest.rounds.models import Amendment, Contest, Entry, Exclusion, PoolRevision, Round
from contest.rounds.prizes import ContestRules, normalised_contest
from contest.rounds.rules import RoundRules, normalised, rules_from_data, rules_to_data
from core import audit
from core.access import Actor, Permission, require
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from core.i18n import N_
from core.ids import public_id
from core.text import tidy


def create_contest(
    *,
    actor: Actor,
    now: datetime,
    title: str,
    organiser: str,
    contact: str = "",
    introduction: str = "",
    is_sample: bool = False,
    rules: ContestRules = ContestRules(),
    rehearses: int | None = None,
) -> Contest:
    """A new contest without rounds."""
    require(actor, Permission.CONTEST_MANAGE)
    contest = Contest(
        public_id=public_id(),
        title=tidy(title),
        organiser=tidy(organiser),
        contact=tidy(contact),
        introduction=introduction.strip(),
        is_sample=is_sample,
        rules=msgspec.to_builtins(normalised_contest(rules)),
        rehearses_id=rehearses,
        created_at=now,
    )
    with transaction() as session:
        session.add(contest)
        audit.record(actor=actor, now=now, action="contest.created", subject=f"contest:{contest.public_id}")
    return contest


def change_contest(
    *,
    actor: Actor,
    now: datetime,
    contest_id: str,
    title: str,
    organiser: str,
    contact: str,
    introduction: str,
    rules: ContestRules | None = None,
) -> Contest:
    """Correct what a contest says of itself; frozen sheets keep the title that they were frozen under.

    What holds over all rounds (``rules``; ``None`` leaves it) is locked with the first round that is prepared.
    """
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        contest = session.scalar(sa.select(Contest).where(Contest.public_id == contest_id).with_for_update())
        if contest is None:
            raise NotFound(N_("Không tìm thấy cuộc thi."))
        contest.title, contest.organiser = tidy(title), tidy(organiser)
        contest.contact, contest.introduction = tidy(contact), introduction.strip()
        if rules is not None:
            _change_rules(contest, rules)
        audit.record(actor=actor, now=now, action="contest.changed", subject=f"contest:{contest_id}")
    return contest


def _change_rules(contest: Contest, rules: ContestRules) -> None:
    if problems := checks.contest_problems(rules):
        raise Invalid(problems[0])
    stored = msgspec.to_builtins(normalised_contest(rules))
    if stored == msgspec.to_builtins(normalised_contest(msgspec.convert(contest.rules, ContestRules))):
        return
    if queries.contest_locked(contest.public_id):
        raise Conflict(N_("Quy định chung đã khóa từ khi chốt đề vòng thi đầu tiên."), code="locked")
    contest.rules = stored


def create_round(
    *,
    actor: Actor,
    now: datetime,
    contest_id: str,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    rules: RoundRules,
) -> Round:
    """A new round in preparation (Chuẩn bị); its number follows the contest's last."""
    require(actor, Permission.CONTEST_MANAGE)
    _refuse_bad_window(opens_at, closes_at)
    with transaction() as session:
        contest = session.scalar(sa.select(Contest).where(Contest.public_id == contest_id).with_for_update())
        if contest is None:
            raise NotFound(N_("Không tìm thấy cuộc thi."))
        last = session.scalar(sa.select(sa.func.max(Round.number)).where(Round.contest_id == contest.id))
        if contest.rehearses_id is not None and last is not None:
            raise Conflict(
                N_("Lần diễn tập chỉ có một vòng thi. Đề nghị tạo vòng thi ở cuộc thi thật."), code="rehearsal"
            )
        round_ = Round(
            public_id=public_id(),
            contest_id=contest.id,
            number=(last or 0) + 1,
            title=tidy(title),
            opens_at=opens_at,
            closes_at=closes_at,
            ends_at=closes_at,
            rules=rules_to_data(normalised(rules)),
            created_at=now,
        )
        session.add(round_)
        audit.record(actor=actor, now=now, action="round.created", subject=f"round:{round_.public_id}")
    return round_


def change_round(
    *,
    actor: Actor,
    now: datetime,
    round_id: str,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    rules: RoundRules,
) -> Round:
    """Change a round that is still in preparation; afterwards its rules are locked."""
    require(actor, Permission.CONTEST_MANAGE)
    _refuse_bad_window(opens_at, closes_at)
    with transaction() as session:
        round_ = locked(round_id)
        _refuse_prepared(round_)
        round_.title = tidy(title)
        round_.opens_at = opens_at
        round_.closes_at = round_.ends_at = closes_at
        round_.rules = rules_to_data(normalised(rules))
        session.flush()
        audit.record(actor=actor, now=now, action="round.changed", subject=f"round:{round_id}")
    return round_


_when_prepared: list[Callable[..., None]] = []


def register_when_prepared(hook: Callable[..., None]) -> None:
    """Have ``hook(now=, round_=)`` called in the transaction in which a round is prepared; rooms above register."""
    if hook not in _when_prepared:
        _when_prepared.append(hook)


def prepare(*, actor: Actor, now: datetime, round_id: str, lots_accepted: bool = False) -> Round:
    """Lock the rules and freeze the pool (chốt đề); from the window's start people may sit.

    Raises :class:`Conflict` ``lots`` where luck may well decide the first prize and nobody said yes to that.
    """
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = locked(round_id)
        _refuse_prepared(round_)
        if now >= round_.closes_at:
            raise Conflict(
                N_("Vòng thi đã qua thời điểm kết thúc. Đề nghị sửa lại thời gian trước khi chốt đề."), code="closed"
            )
        rules = rules_from_data(round_.rules)
        if not feasibility.check_rules(rules, opens_at=round_.opens_at, closes_at=round_.closes_at).ok:
            raise Invalid(N_("Vòng thi chưa đủ điều kiện để chốt đề. Đề nghị xử lý các mục được nêu."))
        luck = prize_trial.outlook(queries.round_view(round_, round_.contest, now))
        if luck is not None and luck.needs_yes and not lots_accepted:
            _refuse_luck(luck)
        revision = pools.first_revision(
            round_pk=round_.id,
            number=round_.revision + 1,
            items=feasibility.items(rules, closes_at=round_.closes_at),
            rules=rules,
            now=now,
        )
        session.add(revision)
        round_.revision = revision.number
        round_.prepared_at = now
        audit.record(
            actor=actor,
            now=now,
            action="round.prepared",
            subject=f"round:{round_id}",
            details={
                "questions": len(revision.pool),
                "commitment": revision.commitment,
                **({"lots_accepted": True} if luck is not None and luck.needs_yes else {}),
            },
        )
        session.flush()
        for hook in _when_prepared:
            hook(now=now, round_=round_)
    return round_


def unprepare(*, actor: Actor, now: datetime, round_id: str, reason: str) -> Round:
    """Take the lock off a round that has not begun (mở lại để sửa); preparing it again makes a new commitment."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = locked(round_id)
        if round_.prepared_at is None or now >= round_.opens_at:
            raise Conflict(N_("Chỉ mở lại để sửa được vòng thi đã chốt đề mà chưa bắt đầu."), code="locked")
        round_.prepared_at = None
        round_.exceptions, round_.ends_at = {}, round_.closes_at
        session.flush()
        audit.record(
            actor=actor,
            now=now,
            action="round.unprepared",
            subject=f"round:{round_id}",
            details={"reason": tidy(reason), "revision": round_.revision},
        )
    return round_


def open_now(*, actor: Actor, now: datetime, round_id: str, lots_accepted: bool = False) -> Round:
    """Let people in at once instead of at the planned start; prepares the round if need be."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = locked(round_id)
        if now >= round_.closes_at:
            raise Conflict(N_("Vòng thi đã qua thời điểm kết thúc."), code="closed")
        if round_.ends_at - min(now, round_.opens_at) > WINDOW_MAX:
            raise Conflict(N_("Một vòng thi không dài quá 45 ngày."), code="too-long")
        if round_.prepared_at is None:
            prepare(actor=actor, now=now, round_id=round_id, lots_accepted=lots_accepted)
        if round_.opens_at > now:
            round_.opens_at = now
            session.flush()
            audit.record(actor=actor, now=now, action="round.opened-early", subject=f"round:{round_id}")
    return round_


def amend(
    *,
    actor: Actor,
    now: datetime,
    round_: Round,
    kind: str,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str,
) -> Amendment:
    """Write down, in public and for good, what of a prepared round is changed. The caller holds it locked."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        last = session.scalar(sa.select(sa.func.max(Amendment.number)).where(Amendment.round_id == round_.id))
        amendment = Amendment(
            round_id=round_.id,
            number=(last or 0) + 1,
            kind=kind,
            before=before,
            after=after,
            reason=tidy(reason),
            at=now,
            by_id=actor.person_id,
        )
        session.add(amendment)
        round_.moves += 1
        session.flush()
        audit.record(
            actor=actor,
            now=now,
            action=f"round.amended-{kind}",
            subject=f"round:{round_.public_id}",
            details={"number": amendment.number, "before": before, "after": after, "reason": amendment.reason},
        )
    return amendment


def amend_rules(*, actor: Actor, now: datetime, round_id: str, rules: RoundRules, reason: str) -> Round:
    """Change of the rules of a prepared round what can still be changed without wronging anybody.

    Raises :class:`Conflict` once the round is over, :class:`Invalid` for a field that is locked or
    rules that would be refused.
    """
    require(actor, Permission.CONTEST_MANAGE)
    with transaction():
        round_ = locked(round_id)
        if round_.prepared_at is None or queries.round_view(round_, round_.contest, now).state not in amendments.WHILE:
            raise Conflict(N_("Chỉ sửa đổi được Thể lệ của vòng thi đã chốt đề và chưa kết thúc."), code="closed")
        old, rules = normalised(rules_from_data(round_.rules)), normalised(rules)
        before, after = amendments.difference(old, rules)
        if not after:
            raise Invalid(N_("Chưa có nội dung nào thay đổi."))
        refusal = amendments.refusal(old, rules)
        if refusal:
            raise Invalid(refusal)
        found = feasibility.check_prepared(rules, queries.round_view(round_, round_.contest, now))
        if found.problems:
            raise Invalid(N_("Thể lệ sửa đổi không hợp lệ. Đề nghị xử lý các mục được nêu."))
        round_.rules = rules_to_data(rules)
        amend(actor=actor, now=now, round_=round_, kind="rules", before=before, after=after, reason=reason)
    return round_


def wipe(*, round_pk: int) -> None:
    """Delete a rehearsal's contest with its round; the database refuses it for any other."""
    with transaction() as session:
        contest_pk = session.scalars(sa.select(Round.contest_id).where(Round.id == round_pk)).one()
        for table in (PoolRevision, Amendment, Entry):
            session.execute(sa.delete(table).where(table.round_id == round_pk))
        session.execute(sa.delete(Exclusion).where(Exclusion.contest_id == contest_pk))
        session.execute(sa.delete(Round).where(Round.id == round_pk))
        session.execute(sa.delete(Contest).where(Contest.id == contest_pk, Contest.rehearses_id.is_not(None)))


def mark_published(*, actor: Actor, now: datetime, round_id: str) -> Round:
    """Note that the round's sheet is public (Đã công bố)."""
    require(actor, Permission.RESULTS_PUBLISH)
    with transaction():
        round_ = locked(round_id)
        round_.published_at = round_.published_at or now
    return round_


def locked(round_id: str) -> Round:
    """The round, locked for the transaction that is open; raises :class:`NotFound`.

    NO KEY UPDATE: rows that refer to the round may be written meanwhile (a submission's history),
    but whoever holds it FOR SHARE (a start) is waited for. Always the first lock of a verb.
    """
    with transaction() as session:
        round_ = session.scalar(
            sa.select(Round)
            .where(Round.public_id == round_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        if round_ is None:
            raise NotFound(N_("Không tìm thấy vòng thi."))
        return round_


def _refuse_prepared(round_: Round) -> None:
    if round_.prepared_at is not None:
        raise Conflict(
            N_("Thể lệ vòng thi đã khóa khi chốt đề. Chỉ còn có thể gia hạn hoặc kết thúc sớm."),
            code="locked",
        )


def _refuse_luck(luck: prize_trial.Outlook) -> None:
    if luck.luck is None:
        raise Conflict(
            N_(
                "Chưa mô phỏng giải thưởng cho Thể lệ này. Đề nghị mô phỏng, hoặc đánh dấu đồng ý để bốc thăm "
                "quyết định giải cao nhất rồi chốt đề."
            ),
            code="lots",
        )
    raise Conflict(
        N_(
            "Theo mô phỏng, giải cao nhất phải bốc thăm trong %(share)s%% trường hợp. Đề nghị sửa tiêu chí xếp hạng, "
            "hoặc đánh dấu đồng ý để bốc thăm quyết định giải cao nhất rồi chốt đề."
        ),
        code="lots",
        share=round(luck.luck * 100),
    )


def _refuse_bad_window(opens_at: datetime, closes_at: datetime) -> None:
    if closes_at <= opens_at:
        raise Invalid(
            N_("Thời điểm kết thúc phải sau thời điểm bắt đầu."),
            fields={"closes_at": N_("Thời điểm kết thúc phải sau thời điểm bắt đầu.")},
        )
