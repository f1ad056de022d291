"""Verbs of results: rank, freeze (chốt kết quả), publish (công bố)."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from contest.agencies import queries as agencies
from contest.attempts import queries as attempts
from contest.attempts.models import Attempt
from contest.people import queries as people
from contest.results import rules as r
from contest.results.models import Publication, Sheet, SheetName
from contest.results.rules import Counted
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.queries import RoundView
from contest.rounds.ranking import Result, best
from contest.rounds.rules import RoundState
from core import audit
from core.access import Actor, Permission, require
from core.canonical import canonical_json, sha256
from core.db import transaction
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.ids import public_id


@dataclass(frozen=True, slots=True)
class CountedPerson:
    """Which attempt of a person counts, re-marked by the round's key revision."""

    person_id: int
    agency_id: int | None
    result: Result


def counted(round_: RoundView) -> list[CountedPerson]:
    """Everybody's best attempt; every paper is marked again, no stored mark is trusted."""
    keys = rounds.pool(round_.pk, round_.revision).keys
    by_person: dict[int, list[tuple[Attempt, Result]]] = {}
    for attempt, points in attempts.marked_results(round_.pk, keys=keys):
        assert attempt.finished_at is not None and attempt.elapsed_ms is not None
        result = Result(attempt.public_id, points, attempt.elapsed_ms, attempt.finished_at)
        by_person.setdefault(attempt.person_id, []).append((attempt, result))
    found = []
    for person_id, tries in sorted(by_person.items()):
        chosen = best((result for _, result in tries), round_.rules.criteria)
        attempt = next(a for a, result in tries if result is chosen)
        assert chosen is not None
        found.append(CountedPerson(person_id, attempt.agency_id, chosen))
    return found


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


def freeze(*, actor: Actor, now: datetime, round_id: str) -> Sheet:
    """Chốt kết quả: rank everybody and write the next numbered sheet with its hash."""
    require(actor, Permission.RESULTS_PUBLISH)
    with transaction() as session:
        round_verbs.locked(round_id)
        round_ = rounds.round_(round_id, now=now)
        refuse_unfinished(round_)
        last = session.scalar(
            sa.select(Sheet).where(Sheet.round_id == round_.pk).order_by(Sheet.number.desc()).limit(1)
        )
        chosen = counted(round_)
        names = people.names(c.person_id for c in chosen)
        sheet_id = public_id()
        name_rows, rows = _pseudonymous(chosen, names)
        text = canonical_json(
            r.content(
                contest_title=round_.contest.title,
                round_id=round_.id,
                round_title=round_.title,
                number=(last.number if last else 0) + 1,
                supersedes=last.sha256 if last else None,
                rules=round_.rules,
                revision=round_.revision,
                pool_commitment=rounds.pool(round_.pk, round_.revision).commitment,
                counted=rows,
            )
        )
        sheet = Sheet(
            public_id=sheet_id,
            round_id=round_.pk,
            number=(last.number if last else 0) + 1,
            content=text,
            sha256=sha256(text),
            frozen_at=now,
            frozen_by=actor.person_id,
            supersedes_id=last.id if last else None,
        )
        session.add(sheet)
        session.flush()
        for name_row in name_rows:
            name_row.sheet_id = sheet.id
        session.add_all(name_rows)
        audit.record(
            actor=actor,
            now=now,
            action="results.frozen",
            subject=f"round:{round_id}",
            details={"sheet": sheet_id, "number": sheet.number, "sha256": sheet.sha256},
        )
    return sheet


def publish(*, actor: Actor, now: datetime, sheet_id: str) -> Sheet:
    """Công bố: make a frozen sheet public; only a round's newest sheet can be."""
    require(actor, Permission.RESULTS_PUBLISH)
    with transaction() as session:
        sheet = session.scalar(sa.select(Sheet).where(Sheet.public_id == sheet_id).with_for_update())
        if sheet is None:
            raise NotFound(N_("Không tìm thấy bảng kết quả."))
        newest = session.scalar(sa.select(sa.func.max(Sheet.number)).where(Sheet.round_id == sheet.round_id))
        if sheet.number != newest:
            raise Conflict(N_("Đã có bảng kết quả mới hơn của vòng thi này."), code="superseded")
        if session.get(Publication, sheet.id) is not None:
            return sheet
        session.add(Publication(sheet_id=sheet.id, published_at=now, published_by=actor.person_id))
        round_id: str = json.loads(sheet.content)["round"]
        round_verbs.mark_published(actor=actor, now=now, round_id=round_id)
        audit.record(
            actor=actor,
            now=now,
            action="results.published",
            subject=f"round:{round_id}",
            details={"sheet": sheet_id, "number": sheet.number, "sha256": sheet.sha256},
        )
    return sheet


def _pseudonymous(
    chosen: list[CountedPerson], names: dict[int, people.PersonName]
) -> tuple[list[SheetName], list[Counted]]:
    """Each person under a random pseudonym: the name beside the sheet, its commitment in it."""
    units = agencies.by_ids(frozenset(c.agency_id for c in chosen if c.agency_id is not None))
    name_rows, rows = [], []
    for person in chosen:
        pseudonym, salt = public_id(), secrets.token_hex(32)
        name = names[person.person_id]
        agency = units[person.agency_id].code if person.agency_id is not None else ""
        name_rows.append(
            SheetName(
                pseudonym=pseudonym,
                person_id=person.person_id,
                full_name=name.full_name,
                agency_code=agency,
                is_sample=name.is_sample,
                salt=salt,
            )
        )
        result = person.result
        rows.append(
            Counted(
                pseudonym=pseudonym,
                commitment=r.name_commitment(full_name=name.full_name, agency=agency, salt=salt),
                agency=agency,
                result=Result(pseudonym, result.points, result.elapsed_ms, result.submitted_at),
            )
        )
    return name_rows, rows
