"""Whether somebody may start an attempt now, and in which group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contest.attempts import queries
from contest.attempts.models import Attempt
from contest.rounds import lifecycle
from contest.rounds import queries as rounds
from contest.rounds.eligibility import Bar, Taker, group_of
from contest.rounds.models import Contest, Entry, Exclusion, Round
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundState
from contest.rounds.terms import PersonTerms
from core.access import Actor, Permission
from core.db import read
from core.errors import Conflict, Forbidden, Gone, NotFound
from core.i18n import N_
from questions.bank import queries as bank

_BARRED = {
    Bar.AGENCY: N_("Vòng thi này dành cho các đơn vị nêu trong Thể lệ; đơn vị đã đăng ký không thuộc diện dự thi."),
    Bar.AGE: N_("Thể lệ quy định độ tuổi dự thi; ngày sinh đã khai không thuộc độ tuổi này."),
    Bar.AGE_UNKNOWN: N_("Thể lệ quy định độ tuổi dự thi. Đề nghị khai ngày sinh ở trang Tài khoản rồi vào thi."),
    Bar.GROUP: N_("Không có bảng thi nào dành cho đơn vị và độ tuổi đã đăng ký. Đề nghị xem Thể lệ."),
}


class Paused(Conflict):
    """Nobody starts while the round is paused; who tried is written down (``incidents.refusals``)."""


@dataclass(frozen=True, slots=True)
class Look:
    """A round, what holds in it for one person, and their attempts so far (id, number, state, drawn_for), in order."""

    round: RoundView
    terms: PersonTerms
    attempts: Sequence[Any]


_LOOK = (
    sa.select(
        *(Attempt.id, Attempt.number, Attempt.state, Attempt.drawn_for),
        *(Entry.extra_minutes, Entry.extra_attempts, Entry.qualified, Exclusion.reason),
        *rounds.COLUMNS,
    )
    .select_from(Round)
    .join(Contest, Contest.id == Round.contest_id)
    .outerjoin(Entry, (Entry.round_id == Round.id) & (Entry.person_id == sa.bindparam("person")))
    .outerjoin(Exclusion, (Exclusion.contest_id == Contest.id) & (Exclusion.person_id == sa.bindparam("person")))
    .outerjoin(Attempt, (Attempt.round_id == Round.id) & (Attempt.person_id == sa.bindparam("person")))
    .where(Round.public_id == sa.bindparam("round"), Round.prepared_at.is_not(None))
    .order_by(Attempt.number)
)


def look(round_id: str, *, person_id: int | None, now: datetime) -> Look:
    """All that a start is decided by; one statement, and nothing is held: see :mod:`contest.rounds.unmoved`."""
    rows = read().connection().execute(_LOOK, {"round": round_id, "person": person_id}).all()
    if not rows:
        raise NotFound(N_("Không tìm thấy vòng thi."))
    minutes, attempts, qualified, excluded = rows[0][4:8]
    terms = PersonTerms(minutes or 0, attempts or 0, bool(qualified), excluded or "")
    return Look(rounds.view_of(rows[0][8:], now), terms, [row for row in rows if row.number is not None])


def refuse_start(
    *, actor: Actor, round_: RoundView, terms: PersonTerms, used: int, now: datetime, in_turn: bool = False
) -> str:
    """The group in which ``actor``, who has used so many attempts, starts; raises why they may not start now.

    ``in_turn``: they held a turn of the waiting room before the last start.
    """
    _refuse_person(actor, round_, terms)
    _refuse_moment(actor, round_, now, in_turn)
    group = group_of(
        round_.rules,
        Taker(actor.agency_path, actor.agency_bloc, actor.birth_date),
        on=round_.first_day,
    )
    if isinstance(group, Bar):
        raise Forbidden(_BARRED[group], code="not-eligible")
    if round_.rules.qualified is not None and not terms.qualified:
        raise Forbidden(
            N_("Vòng thi này dành cho người đạt điều kiện ở vòng trước theo kết quả đã công bố."), code="not-eligible"
        )
    allowed = round_.rules.attempts + terms.extra_attempts
    if not round_.rules.unlimited and used >= allowed:
        raise Conflict(N_("Đã dùng hết %(attempts)s lượt thi của vòng này."), code="limit-reached", attempts=allowed)
    return group


def close_for(actor: Actor, round_: RoundView) -> datetime:
    """The round's close as it holds for this person."""
    return round_.exceptions.close_of(round_.closes_at, actor.agency_path)


def _refuse_person(actor: Actor, round_: RoundView, terms: PersonTerms) -> None:
    if terms.excluded:
        raise Forbidden(
            N_("Theo Thể lệ, thành viên Ban Tổ chức, Tổ ra đề, Tổ thẩm định và Tổ giúp việc không dự thi."),
            code="not-eligible",
        )
    if _knows_keys(actor, round_):
        raise Forbidden(
            N_("Tài khoản này xem được đáp án trong ngân hàng câu hỏi nên không dự thi."), code="not-eligible"
        )
    if _was_handed_keys(actor, round_):
        raise Forbidden(
            N_("Tài khoản này đã được xem đáp án của câu hỏi thuộc vòng thi này nên không dự thi."),
            code="not-eligible",
        )


def _refuse_moment(actor: Actor, round_: RoundView, now: datetime, in_turn: bool) -> None:
    if round_.state is RoundState.SCHEDULED:
        raise Conflict(N_("Vòng thi chưa bắt đầu. Đề nghị quay lại đúng giờ bắt đầu."), code="not-open")
    if round_.state is not RoundState.OPEN:
        raise Gone(N_("Vòng thi đã kết thúc, không nhận lượt thi mới."), code="closed")
    if round_.exceptions.paused_since(actor.agency_path) is not None:
        raise Paused(
            N_("Ban Tổ chức đang tạm dừng vòng thi. Thời gian tạm dừng không tính; đề nghị quay lại khi thi tiếp."),
            code="not-open",
        )
    closes_at = close_for(actor, round_)
    if now >= closes_at:
        raise Gone(N_("Vòng thi đã kết thúc, không nhận lượt thi mới."), code="closed")
    if now > lifecycle.last_start(round_.rules, closes_at, in_turn=in_turn):
        raise Gone(
            N_("Đã quá thời điểm vào thi cuối cùng: thời gian còn lại không đủ %(minutes)s phút làm bài."),
            code="closed",
            minutes=round_.minutes,
        )


def _knows_keys(actor: Actor, round_: RoundView) -> bool:
    if actor.may(Permission.BANK_READ):
        return True
    # An agency's author knows their own bank: barred only where the round draws from it.
    return (
        actor.holds(Permission.BANK_READ)
        and round_.revision > 0
        and bank.reads_any(actor, rounds.pool(round_.pk, round_.revision).keys)
    )


def _was_handed_keys(actor: Actor, round_: RoundView) -> bool:
    # A role may be gone; what was read with it is not.
    return (
        actor.handed_keys
        and actor.person_id is not None
        and round_.revision > 0
        and queries.handed_keys(person_id=actor.person_id, version_ids=rounds.pool(round_.pk, round_.revision).keys)
    )
