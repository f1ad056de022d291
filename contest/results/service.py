"""Verbs of results: rank, freeze (chốt kết quả), publish (công bố)."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from contest.agencies import queries as agencies
from contest.attempts import queries as attempts
from contest.attempts.incidents import queries as incidents
from contest.people import queries as people
from contest.results import counting, overall, progression
from contest.results import rules as r
from contest.results.counting import Entrant
from contest.results.models import Publication, RoundAnalysis, Sheet, SheetName
from contest.results.rules import Counted
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.models import Round
from contest.rounds.queries import RoundView
from contest.rounds.rules import Assurance, RoundState
from core import audit
from core.access import Actor, Permission, require
from core.canonical import canonical_json, sha256
from core.db import read, transaction
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.ids import public_id


def refuse_unfinished(round_: RoundView) -> None:
    """Raise why a round cannot be ranked yet."""
    if round_.state not in (RoundState.CLOSED, RoundState.PUBLISHED):
        raise Conflict(N_("Chỉ xếp hạng được sau khi vòng thi kết thúc."), code="not-closed")
    running = attempts.running(round_.pk)
    if running:
        raise Conflict(
            N_("Còn %(running)s bài đang được hệ thống tự nộp. Đề nghị chờ khoảng một phút."),
            code="sweeping",
            running=running,
        )
    if incidents.being_applied(round_.pk):
        raise Conflict(
            N_("Biện pháp xử lý sự cố đang được áp dụng. Đề nghị chờ tác vụ xong rồi thực hiện."), code="incident"
        )


def freeze(*, actor: Actor, now: datetime, round_id: str) -> Sheet:
    """Chốt kết quả: rank everybody and write the next numbered sheet with its hash.

    Ranked before the write lock is taken; keys or papers that were corrected meanwhile make it stale.
    """
    require(actor, Permission.RESULTS_PUBLISH)
    draft = _draft(round_id, now)
    with transaction() as session:
        round_ = round_verbs.locked(round_id)
        if (round_.revision, round_.moves) != (draft.revision, draft.moves):
            raise _corrected()
        refuse_unfinished(rounds.round_(round_id, now=now, drafts=True))
        if _newest(draft.round_pk) != draft.supersedes:
            raise Conflict(N_("Vừa có bảng kết quả khác được chốt. Đề nghị tải lại trang."), code="superseded")
        sheet = Sheet(
            public_id=public_id(),
            round_id=draft.round_pk,
            number=draft.number,
            content=draft.content,
            sha256=sha256(draft.content),
            takers=len(draft.names),
            frozen_at=now,
            frozen_by=actor.person_id,
            supersedes_id=draft.supersedes.id if draft.supersedes else None,
        )
        session.add(sheet)
        session.flush()
        if draft.names:
            session.execute(sa.insert(SheetName), [{**name, "sheet_id": sheet.id} for name in draft.names])
        audit.record(
            actor=actor,
            now=now,
            action="results.frozen",
            subject=f"round:{round_id}",
            details={"sheet": sheet.public_id, "number": sheet.number, "sha256": sheet.sha256},
        )
    return sheet


def publish(*, actor: Actor, now: datetime, sheet_id: str) -> Sheet:
    """Công bố: make a frozen sheet public; only a finished round's newest sheet can be."""
    require(actor, Permission.RESULTS_PUBLISH)
    with transaction() as session:
        round_id = session.scalar(
            sa.select(Round.public_id).join(Sheet, Sheet.round_id == Round.id).where(Sheet.public_id == sheet_id)
        )
        if round_id is None:
            raise NotFound(N_("Không tìm thấy bảng kết quả."))
        round_ = round_verbs.locked(round_id)
        refuse_unfinished(rounds.round_(round_id, now=now, drafts=True))
        sheet = session.scalars(sa.select(Sheet).where(Sheet.public_id == sheet_id)).one()
        newest = _newest(sheet.round_id)
        if newest is None or newest.id != sheet.id:
            raise Conflict(N_("Đã có bảng kết quả mới hơn của vòng thi này."), code="superseded")
        if session.get(Publication, sheet.id) is not None:
            return sheet
        behind = msgspec.json.decode(sheet.content)["key_revision"] != round_.revision
        if behind or incidents.applied_since(sheet.round_id, sheet.frozen_at):
            raise _corrected()
        session.add(Publication(sheet_id=sheet.id, published_at=now, published_by=actor.person_id))
        round_verbs.mark_published(actor=actor, now=now, round_id=round_id)
        session.flush()
        progression.follow(now=now, sheet=sheet)
        audit.record(
            actor=actor,
            now=now,
            action="results.published",
            subject=f"round:{round_id}",
            details={"sheet": sheet_id, "number": sheet.number, "sha256": sheet.sha256},
        )
    return sheet


def wipe(*, round_pk: int) -> None:
    """Delete the sheets of a rehearsal; the database refuses it for any other round."""
    with transaction() as session:
        sheets = sa.select(Sheet.id).where(Sheet.round_id == round_pk)
        session.execute(sa.delete(SheetName).where(SheetName.sheet_id.in_(sheets)))
        session.execute(sa.delete(Publication).where(Publication.sheet_id.in_(sheets)))
        session.execute(sa.delete(RoundAnalysis).where(RoundAnalysis.round_id == round_pk))
        # Newest first: each names the one before it.
        for pk in session.scalars(sheets.order_by(Sheet.id.desc())).all():
            session.execute(sa.delete(Sheet).where(Sheet.id == pk))


def _corrected() -> Conflict:
    return Conflict(
        N_("Đáp án hoặc bài thi đã thay đổi sau khi xếp hạng. Đề nghị xếp hạng và chốt kết quả lại."), code="superseded"
    )


@dataclass(frozen=True, slots=True)
class _Previous:
    id: int
    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """A sheet before it is written: its content and the names that will lie beside it."""

    round_pk: int
    number: int
    supersedes: _Previous | None
    revision: int
    moves: int
    content: str
    names: list[dict[str, Any]]


def _newest(round_pk: int) -> _Previous | None:
    row = (
        read()
        .execute(
            sa.select(Sheet.id, Sheet.number, Sheet.sha256)
            .where(Sheet.round_id == round_pk)
            .order_by(Sheet.number.desc())
            .limit(1)
        )
        .one_or_none()
    )
    return _Previous(*row) if row else None


def _draft(round_id: str, now: datetime) -> _Draft:
    round_ = rounds.round_(round_id, now=now, drafts=True)
    refuse_unfinished(round_)
    last = _newest(round_.pk)
    number = (last.number if last else 0) + 1
    field = counting.of_round(round_)
    names, rows = _pseudonymous(field.entrants, people.names(e.person_id for e in field.entrants))
    # Ranked, but without a prize: who is not sure enough to be who they say they are, or has one already.
    won = _won_before(round_, now)
    barred = [
        row.result.who
        for row, entrant in zip(rows, field.entrants, strict=True)
        if Assurance(entrant.assurance).level < round_.rules.assurance.level or entrant.person_id in won
    ]
    content = r.content(
        contest_title=round_.contest.title,
        round_id=round_.id,
        round_title=round_.title,
        number=number,
        supersedes=last.sha256 if last else None,
        rules=round_.rules,
        revision=round_.revision,
        pool_commitment=rounds.pool(round_.pk, round_.revision).commitment,
        counted=rows,
        actual=field.actual,
        barred=barred,
    )
    return _Draft(round_.pk, number, last, round_.revision, round_.moves, canonical_json(content), names)


def _won_before(round_: RoundView, now: datetime) -> frozenset[int]:
    if not round_.contest.rules.one_prize:
        return frozenset()
    return overall.winners_before(round_, rounds.rounds(now=now, contest_id=round_.contest.id))


def _pseudonymous(
    chosen: list[Entrant], names: dict[int, people.PersonName]
) -> tuple[list[dict[str, Any]], list[Counted]]:
    """Each person under a random pseudonym: the name beside the sheet, its commitment in it."""
    units = agencies.by_ids(frozenset(c.agency_id for c in chosen if c.agency_id is not None))
    name_rows, rows = [], []
    for person in chosen:
        pseudonym, salt = public_id(), secrets.token_hex(32)
        name = names[person.person_id]
        agency = units[person.agency_id].code if person.agency_id is not None else ""
        name_rows.append(
            {
                "pseudonym": pseudonym,
                "person_id": person.person_id,
                "full_name": name.full_name,
                "agency_code": agency,
                "is_sample": name.is_sample,
                "salt": salt,
            }
        )
        rows.append(
            Counted(
                pseudonym=pseudonym,
                commitment=r.name_commitment(full_name=name.full_name, agency=agency, salt=salt),
                agency=agency,
                group=person.group,
                token=person.token,
                result=replace(person.result, who=pseudonym),
            )
        )
    return name_rows, rows
