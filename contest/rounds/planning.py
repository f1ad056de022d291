"""Plans that meet the bank: all rounds of a contest from the rules of a real one, papers fitted to what there is."""

from datetime import date, datetime

from contest.rounds import queries, service
from contest.rounds.lifecycle import last_day
from contest.rounds.models import Contest, Round
from contest.rounds.preparing import preparing
from contest.rounds.rules import RoundState
from contest.rounds.templates.model import MONDAY, Template
from core.access import Actor, Permission, require
from core.clock import LOCAL
from core.db import transaction
from core.errors import Conflict, Invalid
from core.i18n import N_
from questions.bank import queries as bank


def create_from_template(
    *,
    actor: Actor,
    now: datetime,
    template: Template,
    first_day: date,
    title: str,
    organiser: str,
    contact: str = "",
    introduction: str = "",
) -> Contest:
    """A contest and its rounds in preparation, papers spread over what the bank has today; all or nothing.

    Raises :class:`Conflict` for a template that must not be held, :class:`Invalid` for a first day
    that is over or on another weekday than the template's.
    """
    require(actor, Permission.CONTEST_MANAGE)
    if template.refused:
        raise Conflict(template.refused, code="refused")
    _refuse_bad_day(template, first_day, now)
    ends = max(planned.window(first_day)[1] for planned in template.rounds)
    with transaction():
        contest = service.create_contest(
            actor=actor,
            now=now,
            title=title,
            organiser=organiser,
            contact=contact,
            introduction=introduction,
            rules=template.contest,
        )
        # Where nothing is reviewed yet the samples tell how the papers would be spread; the check says the rest.
        day = last_day(ends)
        available = bank.available(as_of=day, samples=False) or bank.available(as_of=day)
        for planned in template.rounds:
            opens_at, closes_at = planned.window(first_day)
            service.create_round(
                actor=actor,
                now=now,
                contest_id=contest.public_id,
                title=planned.title,
                opens_at=opens_at,
                closes_at=closes_at,
                rules=planned.filled(available),
            )
    return contest


def fit_papers(*, actor: Actor, now: datetime, round_id: str, mark: str) -> Round:
    """Make a draft's papers such as the bank can fill, as proposed under ``mark`` (``fitting.Fit.mark``).

    Raises :class:`Conflict` where the bank or the draft has changed since.
    """
    require(actor, Permission.CONTEST_MANAGE)
    with transaction():
        service.locked(round_id)
        view = queries.round_(round_id, now=now, drafts=True)
        proposed = preparing(view).fit if view.state is RoundState.DRAFT else None
        if proposed is None or proposed.mark != mark:
            raise Conflict(
                N_("Ngân hàng câu hỏi hoặc vòng thi vừa thay đổi; ma trận đề giữ nguyên. Đề nghị xem lại đề xuất mới."),
                code="changed",
            )
        return service.change_round(
            actor=actor,
            now=now,
            round_id=round_id,
            title=view.title,
            opens_at=view.opens_at,
            closes_at=view.closes_at,
            rules=proposed.rules,
        )


def _refuse_bad_day(template: Template, first_day: date, now: datetime) -> None:
    sentence = ""
    if first_day < now.astimezone(LOCAL).date():
        sentence = N_("Ngày bắt đầu đã qua.")
    elif template.begins_on == MONDAY and first_day.weekday() != MONDAY:
        sentence = N_("Mẫu này bắt đầu vào thứ Hai. Đề nghị chọn một ngày thứ Hai.")
    if sentence:
        raise Invalid(sentence, fields={"first_day": sentence})
