"""Verbs of incidents: record, correct, propose, approve or reject. What they do is done by ``applying``."""

from datetime import datetime

import msgspec
import sqlalchemy as sa

from contest.agencies import queries as agencies
from contest.attempts.incidents import evidence, queries, spare
from contest.attempts.incidents import rules as r
from contest.attempts.incidents.models import Incident
from contest.attempts.incidents.queries import IncidentView
from contest.attempts.incidents.rules import IncidentState, Kind, Measures
from contest.rounds import feasibility
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.entries import BEYOND_PAPERS
from contest.rounds.lifecycle import over
from contest.rounds.models import Round
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundState
from core import audit, jobs
from core.access import Actor, Permission, require
from core.clock import LOCAL
from core.db import transaction
from core.errors import Conflict, Forbidden, Invalid
from core.i18n import N_
from core.ids import public_id
from core.text import tidy, tidy_lines

KIND = "attempts.incident"
DESCRIPTION_MAX = 2000


class Draft(msgspec.Struct, frozen=True):
    """What somebody writes down of an incident; ``agencies`` are codes, none is everybody."""

    kind: Kind
    starts_at: datetime
    ends_at: datetime
    description: str
    agencies: tuple[str, ...] = ()
    measures: Measures = Measures()


def report(*, actor: Actor, now: datetime, round_id: str, draft: Draft) -> Incident:
    """Ghi nhận sự cố: a draft, which changes nothing. Raises :class:`Invalid` by field."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = round_verbs.locked(round_id)
        view = rounds.round_view(round_, round_.contest, now)
        _refuse(view, draft, now)
        last = session.scalar(sa.select(sa.func.max(Incident.number)).where(Incident.round_id == round_.id))
        row = Incident(
            public_id=public_id(),
            round_id=round_.id,
            number=(last or 0) + 1,
            state=IncidentState.DRAFT,
            figures={},
            reported_by=actor.person_id,
            reported_at=now,
            refusal="",
        )
        _write(row, draft)
        session.add(row)
        _record(actor, now, "incident.reported", row, view.id)
    return row


def change(*, actor: Actor, now: datetime, incident_id: str, draft: Draft) -> Incident:
    """Correct a draft; once proposed it stays as it is, so that the second person decides on what they see."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        row, view = _locked(incident_id, now, IncidentState.DRAFT)
        _refuse(view, draft, now)
        _write(row, draft)
        session.flush()
        _record(actor, now, "incident.changed", row, view.id)
    return row


def propose(*, actor: Actor, now: datetime, incident_id: str) -> Incident:
    """Ask the second person; the figures are kept as they are now."""
    require(actor, Permission.CONTEST_MANAGE)
    if actor.person_id is None:  # two people decide, so the system is neither
        raise Forbidden(N_("Việc này cần hai thành viên của Ban Tổ chức, đăng nhập bằng tài khoản của mình."))
    with transaction() as session:
        row, view = _locked(incident_id, now, IncidentState.DRAFT)
        found = queries.incident_view(row, view.id)
        _refuse(view, _draft(found), now)
        _refuse_repeats(found, view)
        row.figures = msgspec.to_builtins(evidence.timeline(found))
        row.state, row.proposed_by, row.proposed_at = IncidentState.PROPOSED, actor.person_id, now
        session.flush()
        _record(actor, now, "incident.proposed", row, view.id)
    return row


def approve(*, actor: Actor, now: datetime, incident_id: str) -> Incident:
    """The second person's yes: public from now on, and carried out by a job.

    Raises :class:`Forbidden` for whoever proposed it, :class:`Invalid` when its measures have become
    impossible meanwhile (the round is over).
    """
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        row, view = _locked(incident_id, now, IncidentState.PROPOSED)
        if actor.person_id is None or actor.person_id == row.proposed_by:
            raise Forbidden(N_("Người đề xuất không tự phê duyệt được; cần một thành viên khác của Ban Tổ chức."))
        found = queries.incident_view(row, view.id)
        _refuse(view, _draft(found), now)
        _refuse_repeats(found, view, while_applied=queries.being_applied(view.pk))
        job = jobs.enqueue(
            actor=actor,
            now=now,
            kind=KIND,
            title=f"Áp dụng biện pháp của sự cố số {row.number} – {view.title}",
            params={"incident": row.public_id},
        )
        row.state, row.decided_by, row.decided_at = IncidentState.APPROVED, actor.person_id, now
        row.job_id = job.public_id
        session.flush()
        round_verbs.amend(
            actor=actor,
            now=now,
            round_=round_verbs.locked(view.id),
            kind="incident",
            before={},
            after={
                "incident": row.public_id,
                "number": row.number,
                "kind": row.kind,
                "starts_at": row.starts_at.isoformat(),
                "ends_at": row.ends_at.isoformat(),
                "agencies": row.agencies,
                "measures": row.measures,
            },
            reason=f"Sự cố số {row.number}: {r.KINDS[Kind(row.kind)].lower()}",
        )
    return row


def reject(*, actor: Actor, now: datetime, incident_id: str, reason: str) -> Incident:
    """Take a record off the table, with the reason; whoever made it may, too. It stays to be read."""
    require(actor, Permission.CONTEST_MANAGE)
    if not tidy(reason):
        raise Invalid(N_("Đề nghị nêu lý do."), fields={"reason": N_("Đề nghị nêu lý do.")})
    with transaction() as session:
        row, view = _locked(incident_id, now, IncidentState.DRAFT, IncidentState.PROPOSED)
        row.state, row.decided_by, row.decided_at = IncidentState.REJECTED, actor.person_id, now
        row.refusal = tidy(reason)[:300]
        session.flush()
        _record(actor, now, "incident.rejected", row, view.id)
    return row


def again(*, actor: Actor, now: datetime, incident_id: str) -> None:
    """Carry on with an approved incident whose job failed; what was done is not done twice."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction():
        row, view = _locked(incident_id, now, IncidentState.APPROVED)
        if row.job_id is not None and jobs.find(row.job_id).state != "failed":
            raise Conflict(N_("Biện pháp đang được áp dụng; đề nghị theo dõi ở mục Tác vụ."), code="running")
        job = jobs.enqueue(
            actor=actor,
            now=now,
            kind=KIND,
            title=f"Áp dụng biện pháp của sự cố số {row.number} – {view.title}",
            params={"incident": row.public_id},
        )
        row.job_id = job.public_id
        _record(actor, now, "incident.resumed", row, view.id)


def _refuse(view: RoundView, draft: Draft, now: datetime) -> None:
    """Raise what is wrong with a record, by field."""
    if view.state in (RoundState.DRAFT, RoundState.SCHEDULED):
        raise Conflict(N_("Chỉ ghi nhận sự cố của vòng thi đã bắt đầu."), code="not-open")
    text = tidy_lines(draft.description)
    # A pause may have outlasted the close: the round goes on.
    closes_at = max(view.ends_at, now) if view.state is RoundState.OPEN else view.ends_at
    problems = r.window_problems(
        starts_at=draft.starts_at, ends_at=draft.ends_at, opens_at=view.opens_at, closes_at=closes_at, now=now
    )
    if not text or len(text) > DESCRIPTION_MAX:
        problems["description"] = N_("Đề nghị mô tả sự cố (đến 2.000 ký tự).")
    problems |= r.measure_problems(
        draft.measures,
        rules=view.rules,
        state=view.state,
        closes=_closes(view, draft.agencies, now),
        opens_at=view.opens_at,
        now=now,
    )
    if problems:
        raise Invalid(N_("Chưa ghi được sự cố. Đề nghị xem lại các mục được nêu."), fields=problems)


def _refuse_repeats(found: IncidentView, view: RoundView, *, while_applied: bool = False) -> None:
    """Raise for measures that would have somebody sit a paper with questions that they know (promise 6).

    ``while_applied``: another incident is just giving attempts, and how many can be seen only then.
    """
    measures = found.measures
    if not (measures.attempts or measures.void) or over(view.state) or feasibility.attempts_to_spare(view) is None:
        return
    if while_applied:
        raise Conflict(N_("Một sự cố khác đang được áp dụng. Đề nghị chờ áp dụng xong rồi phê duyệt."), code="running")
    refused = spare.refused(measures, view, queries.touched(found, view))
    if refused:
        raise Conflict(BEYOND_PAPERS, code="beyond-papers", left=min(refused.values()))


def _closes(view: RoundView, codes: tuple[str, ...], now: datetime) -> list[datetime]:
    """The closes that hold for these agencies now; raises :class:`Invalid` for one that is unknown."""
    today = now.astimezone(LOCAL).date()
    found = [agencies.pickable(code, today=today) for code in codes]
    if None in found:
        message = N_("Có đơn vị không còn trong danh mục. Đề nghị chọn lại.")
        raise Invalid(message, fields={"agencies": message})
    paths = [unit.path for unit in found if unit is not None] or [""]
    return [view.exceptions.close_of(view.closes_at, path) for path in paths]


def _write(row: Incident, draft: Draft) -> None:
    row.kind, row.starts_at, row.ends_at = draft.kind, draft.starts_at, draft.ends_at
    row.agencies = sorted(set(draft.agencies))
    row.description = tidy_lines(draft.description)
    row.measures = msgspec.to_builtins(draft.measures)


def _draft(found: IncidentView) -> Draft:
    return Draft(found.kind, found.starts_at, found.ends_at, found.description, found.agencies, found.measures)


def _locked(incident_id: str, now: datetime, *states: IncidentState) -> tuple[Incident, RoundView]:
    with transaction() as session:
        round_id = session.scalar(
            sa.select(Round.public_id)
            .join(Incident, Incident.round_id == Round.id)
            .where(Incident.public_id == incident_id)
        )
        if round_id is None:
            raise queries.unknown()
        round_ = round_verbs.locked(round_id)
        row = session.scalars(sa.select(Incident).where(Incident.public_id == incident_id).with_for_update()).one()
        if row.state not in states:
            raise Conflict(N_("Sự cố này đã sang bước khác. Đề nghị tải lại trang."), code="wrong-state")
        return row, rounds.round_view(round_, round_.contest, now)


def _record(actor: Actor, now: datetime, action: str, row: Incident, round_id: str) -> None:
    audit.record(
        actor=actor,
        now=now,
        action=action,
        subject=f"round:{round_id}",
        details={
            "incident": row.public_id,
            "number": row.number,
            "from": row.starts_at.isoformat(),
            "to": row.ends_at.isoformat(),
            "agencies": row.agencies,
            "measures": row.measures,
            "reason": row.refusal,
        },
    )
