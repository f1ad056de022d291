"""Item analysis (phân tích câu hỏi) of a closed round: a job off the exam path, repeated at will."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from contest.attempts import queries as attempts
from contest.results.models import RoundAnalysis
from contest.rounds import queries as rounds
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundState
from core import audit, jobs
from core.access import Actor, Permission, require
from core.db import read, transaction
from core.errors import Conflict
from core.i18n import N_
from core.jobs import Job, Running
from questions.bank.models import ItemStatistic
from questions.drawing import PoolItem
from questions.statistics import ItemStatistics, PaperStatistics, Response, Shape, Tally, worst_first

KIND = "results.items"
STEP = 5_000
SLOTS = tuple(str(place) for place in range(1, 1001))
"""The names of slots, made once; no paper has as many."""
Report = Callable[[int, int], None]
"""Told now and then how many of how many attempts are counted."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """A question of a round with what its answers say."""

    item: PoolItem
    statistics: ItemStatistics


@dataclass(frozen=True, slots=True)
class Analysis:
    """A round's analysis, the questions that need a look first."""

    paper: PaperStatistics
    items: list[Analysed]
    computed_at: datetime


def enqueue(*, actor: Actor, now: datetime, round_id: str) -> Job:
    """Have a closed round analysed; raises :class:`Conflict` while it may still be sat.

    A second request gets the job that is already under way.
    """
    require(actor, Permission.RESULTS_PUBLISH)
    view = _closed(round_id, now)
    with transaction():
        last = last_job(view)
        if last is not None and last.state in ("queued", "running"):
            return last
        audit.record(actor=actor, now=now, action="round.items-analysed", subject=f"round:{round_id}")
        return jobs.enqueue(
            actor=actor, now=now, kind=KIND, title=f"Phân tích câu hỏi – {view.title}", params={"round": view.id}
        )


def last_job(view: RoundView) -> Job | None:
    """The newest job that analyses a round, if one was ever asked for."""
    return jobs.latest(KIND, {"round": view.id})


def job(running: Running) -> dict[str, Any]:
    """The handler of :func:`enqueue`'s job."""
    round_id = running.params["round"]
    total, found = _analyse(rounds.round_(round_id, now=running.now, drafts=True), running.now, running.progress)
    return {"round": round_id, "attempts": total, "questions": found}


def analyse(*, actor: Actor, now: datetime, round_id: str, report: Report) -> Analysis:
    """The same here and now, for commands; raises :class:`Conflict` as :func:`enqueue` does."""
    require(actor, Permission.RESULTS_PUBLISH)
    view = _closed(round_id, now)
    with transaction():
        audit.record(actor=actor, now=now, action="round.items-analysed", subject=f"round:{round_id}")
    _analyse(view, now, report)
    analysis = of_round(view)
    assert analysis is not None
    return analysis


def is_over(view: RoundView) -> bool:
    """Whether a round's answers stand, so that they can be analysed."""
    return view.state in (RoundState.CLOSED, RoundState.PUBLISHED)


def _closed(round_id: str, now: datetime) -> RoundView:
    view = rounds.round_(round_id, now=now, drafts=True)
    if not is_over(view):
        raise Conflict(N_("Chỉ phân tích câu hỏi sau khi vòng thi kết thúc."), code="not-closed")
    if view.contest.rehearses is not None:  # made-up answers say nothing of a question
        raise Conflict(N_("Vòng diễn tập không có số liệu để phân tích câu hỏi."), code="rehearsal")
    return view


def _analyse(view: RoundView, now: datetime, report: Report) -> tuple[int, int]:
    """Read the round's finished attempts once, tally, and store what follows; attempts and questions."""
    pool = rounds.pool(view.pk, view.revision)
    tally, total = Tally(), attempts.finished_count(view.pk)
    for done, (score, responses) in enumerate(_responses(view), start=1):
        tally.add(score, responses)
        if done % STEP == 0:
            report(done, total)
    shapes = {item.version_id: Shape(len(item.choices), item.keys) for item in pool.items}
    found = tally.items(shapes)
    _store(view, found, tally.paper(), now)
    return total, len(found)


def of_round(view: RoundView) -> Analysis | None:
    """The stored analysis, worst first; two statements."""
    row = read().get(RoundAnalysis, view.pk)
    if row is None:
        return None
    pool = rounds.pool(view.pk, view.revision).by_version
    stored = read().scalars(sa.select(ItemStatistic).where(ItemStatistic.round_id == view.id))
    items = worst_first(msgspec.convert(one.data, ItemStatistics) for one in stored if one.version_id in pool)
    return Analysis(
        paper=msgspec.convert(row.data, PaperStatistics),
        items=[Analysed(pool[one.version_id], one) for one in items],
        computed_at=row.computed_at,
    )


def _responses(view: RoundView) -> Iterator[tuple[int, list[Response]]]:
    keys = {version: tuple(sorted(right)) for version, right in rounds.pool(view.pk, view.revision).keys.items()}
    for paper, answers in attempts.finished_sheets(view.pk):
        rows: list[Response] = []
        score = 0
        # Millions of times: the usual case, one choice, is spared sorting.
        for slot, (version, order, *_) in zip(SLOTS, paper, strict=False):
            picked: list[int] = answers.get(slot) or []
            chosen: tuple[int, ...] = (
                (order[picked[0]],) if len(picked) == 1 else tuple(sorted(order[position] for position in picked))
            )
            right = chosen == keys[version]
            score += right
            rows.append((version, right, chosen))
        yield score, rows


def _store(view: RoundView, found: list[ItemStatistics], paper: PaperStatistics, now: datetime) -> None:
    with transaction() as session:
        session.execute(sa.delete(ItemStatistic).where(ItemStatistic.round_id == view.id))
        session.execute(sa.delete(RoundAnalysis).where(RoundAnalysis.round_id == view.pk))
        if found:
            session.execute(
                sa.insert(ItemStatistic),
                [
                    {
                        "version_id": one.version_id,
                        "round_id": view.id,
                        "round_title": view.title,
                        "data": msgspec.to_builtins(one),
                        "computed_at": now,
                    }
                    for one in found
                ],
            )
        session.add(RoundAnalysis(round_id=view.pk, data=msgspec.to_builtins(paper), computed_at=now))
