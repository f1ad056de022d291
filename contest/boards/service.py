"""Verbs of boards: project, rebuild, verify. Run by the worker and by the CLI."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import redis
import structlog

from contest.agencies import queries as agencies
from contest.attempts import queries as attempts
from contest.attempts.queries import StandingRow
from contest.attempts.standings import mark_projected
from contest.boards import live
from contest.boards import rules as b
from contest.boards.live import BoardRow
from contest.people import queries as people
from contest.rounds import queries as rounds
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundState, rules_to_data
from core.canonical import canonical_json, sha256
from core.redis import RedisAway, gate

BATCH = 500
KEPT_AFTER_CLOSE = timedelta(days=60)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Redis against SQL: board ids that differ in membership, key or place."""

    round_id: str
    listed: int
    differing: list[str]


def pass_over_all(*, now: datetime) -> None:
    """One pass of the projector: every round with a board, rebuilt where it must be."""
    for round_ in _kept(now):
        try:
            gate.call(partial(_pass_over, round_=round_, now=now))
        except RedisAway:
            return  # nothing is lost: the standings stay dirty
        except Exception:  # one round's trouble must not stop the other boards
            log.exception("board not brought up to date", round=round_.id)


def forget_round(round_: RoundView) -> None:
    """Drop everything that is kept for a wiped rehearsal; while Redis is away it stays until it ends by itself."""
    with contextlib.suppress(RedisAway):
        gate.call(lambda client: live.forget(client, round_.id, _groups(round_)))


def rebuild(*, round_: RoundView, now: datetime) -> int:
    """Fill a new generation from SQL, then show it; returns the number of rows."""
    return gate.call(lambda client: _rebuild(client, round_, now))


def verify(*, round_: RoundView, now: datetime) -> Comparison:
    """Compare members, keys and order of the shown board with a plain sort of SQL."""
    rows = _board_rows(round_, attempts.standings(round_.pk, as_of=_limit(round_, now)))
    listed, differing = 0, set[str]()
    for group in ("", *_groups(round_)):
        wanted = sorted((row.score, row.board_id) for row in rows if row.score is not None and group in ("", row.group))
        expected = [(board_id, score) for score, board_id in wanted]
        shown = gate.call(partial(live.everything, round_id=round_.id, group=group))
        differing |= {i for i, _ in set(expected) ^ set(shown)}
        differing |= {a[0] for a, b_ in zip(expected, shown, strict=False) if a != b_}
        listed = listed or len(shown)
    return Comparison(round_.id, listed, sorted(differing))


def _groups(round_: RoundView) -> list[str]:
    return [group.code for group in round_.rules.groups]


def _kept(now: datetime) -> Iterable[RoundView]:
    for round_ in rounds.rounds(now=now, rehearsals=True):
        if round_.state is not RoundState.SCHEDULED and now - KEPT_AFTER_CLOSE < round_.ends_at:
            yield round_


def _pass_over(client: redis.Redis, round_: RoundView, now: datetime) -> None:
    try:
        _bring_up_to_date(client, round_, now)
    finally:
        if round_.contest.rehearses is not None:
            live.expire(client, round_.id, _groups(round_))


def _bring_up_to_date(client: redis.Redis, round_: RoundView, now: datetime) -> None:
    live.put_meta(client, round_.id, meta_of(round_))
    if live.origin(client, round_.id) != _origin(client, round_, now):
        log.info("board rebuilt", round=round_.id, rows=_rebuild(client, round_, now))
    while dirty := attempts.dirty_standings(round_.pk, limit=BATCH):
        _project(client, round_, dirty, now)
        mark_projected(round_pk=round_.pk, versions=[(row.person_id, row.version) for row in dirty])
        if len(dirty) < BATCH:
            break


def _rebuild(client: redis.Redis, round_: RoundView, now: datetime) -> int:
    # The origin is read first: whatever changes meanwhile makes the next pass rebuild again.
    origin = _origin(client, round_, now)
    live.put_meta(client, round_.id, meta_of(round_))
    generation = live.open_generation(client, round_.id)
    standings = attempts.standings(round_.pk, as_of=_limit(round_, now))
    rows = _board_rows(round_, standings)
    # A rebuilt board is no news: it is as old as the last sheet on it.
    newest = max((row.submitted_at for row in standings if row.submitted_at is not None), default=now)
    live.project(client, round_.id, rows, newest.isoformat())
    if not live.swap(client, round_.id, generation, origin, _groups(round_)):
        log.info("another rebuild was first", round=round_.id)
    return len(rows)


def _project(client: redis.Redis, round_: RoundView, dirty: list[StandingRow], now: datetime) -> None:
    limit = _limit(round_, now)
    rows = dirty
    if limit is not None:
        people_ids = [row.person_id for row in dirty]
        rows = attempts.standings_as_of(round_.pk, as_of=limit, person_ids=people_ids)
    live.project(client, round_.id, _board_rows(round_, rows), now.isoformat())


def _limit(round_: RoundView, now: datetime) -> datetime | None:
    """As of when the board stands: a frozen one stays so until publication."""
    frozen = round_.freezes_at
    if frozen is None or now < frozen or round_.state is RoundState.PUBLISHED:
        return None
    return frozen


def _origin(client: redis.Redis, round_: RoundView, now: datetime) -> str:
    info = client.info("server")
    policy = canonical_json(
        {
            "rules": rules_to_data(round_.rules),
            "opens_at": round_.opens_at.isoformat(),
            "limit": str(_limit(round_, now)),
        }
    )
    return f"{info['run_id']} {sha256(policy)}"


def _board_rows(round_: RoundView, rows: list[StandingRow]) -> list[BoardRow]:
    names = people.names(row.person_id for row in rows)
    units = agencies.by_ids(frozenset(row.agency_id for row in rows if row.agency_id is not None))
    return [_board_row(round_, row, names, units) for row in rows]


def _board_row(
    round_: RoundView,
    row: StandingRow,
    names: dict[int, people.PersonName],
    units: dict[int, agencies.AgencyRow],
) -> BoardRow:
    unit = units.get(row.agency_id) if row.agency_id is not None else None
    person = names[row.person_id]
    counts = row.points is not None and row.elapsed_ms is not None and row.submitted_at is not None
    return BoardRow(
        board_id=row.board_id,
        version=row.version,
        score=b.packed(
            points=row.points or 0,
            elapsed_ms=row.elapsed_ms or 0,
            submitted_at=row.submitted_at or round_.opens_at,
            opened_at=round_.opens_at,
            criteria=round_.rules.live_criteria,
        )
        if counts
        else None,
        name=b.public_name(person.full_name, person.is_sample, full=round_.rules.full_names),
        agency_code=unit.code if unit else "",
        agency=unit.name if unit else "",
        points=row.points or 0,
        elapsed_ms=row.elapsed_ms or 0,
        group=row.group,
    )


def meta_of(round_: RoundView) -> dict[str, Any]:
    """What a board page needs to know of its round, as plain data."""
    frozen = round_.freezes_at
    return {
        "id": round_.id,
        "number": round_.number,
        "title": round_.title,
        "contest": round_.contest.title,
        "organiser": round_.contest.organiser,
        "is_sample": round_.contest.is_sample,
        "rehearses": round_.contest.rehearses,
        "opens_at": round_.opens_at.isoformat(),
        "closes_at": round_.closes_at.isoformat(),
        "ends_at": round_.ends_at.isoformat(),
        "paused": bool(round_.exceptions.paused),
        "published": round_.state is RoundState.PUBLISHED,
        "frozen_at": frozen.isoformat() if frozen else None,
        "rules": rules_to_data(round_.rules),
    }
