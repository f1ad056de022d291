"""Drawing every paper of a round again, and marking it again: what ``rounds verify`` does.

Reads only, page by page, so that memory stays flat and nobody waits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from contest.attempts import rules as r
from contest.attempts.models import Attempt
from contest.rounds import pools
from contest.rounds import queries as rounds
from contest.rounds.models import PoolRevision
from contest.rounds.queries import RoundView
from core.db import read
from core.errors import NotFound
from core.i18n import N_
from questions import drawing, marking

PAGE = 500


@dataclass(slots=True)
class Verified:
    """What was looked at, and what differs: revisions by number, papers and marks by the attempt's id."""

    papers: int = 0
    marks: int = 0
    commitments: list[dict[str, Any]] = field(default_factory=list)
    wrong_revisions: list[int] = field(default_factory=list)
    wrong_papers: list[str] = field(default_factory=list)
    wrong_marks: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not (self.wrong_revisions or self.wrong_papers or self.wrong_marks)


def verify(
    view: RoundView,
    *,
    attempt_id: str | None = None,
    code: str | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Verified:
    """Recompute the commitments, and every paper with its mark (or those of one attempt).

    ``progress`` hears after each page how many papers are done. Raises :class:`NotFound` for an
    attempt or a receipt that is not of this round.
    """
    found = Verified()
    revisions = _revisions(view.pk, found)
    for row in _attempts(view.pk, attempt_id, code):
        found.papers += 1
        stored = r.paper_from_data(msgspec.json.decode(row.paper))
        if _drawn(revisions.get(row.revision), row) != stored:
            found.wrong_papers.append(row.public_id)
        if row.points is not None:
            found.marks += 1
            if _points(view, revisions.get(row.marked_revision), stored, row) != row.points:
                found.wrong_marks.append(row.public_id)
        if found.papers % PAGE == 0:
            progress(found.papers)
    if found.papers == 0 and (attempt_id or code):
        raise NotFound(N_("Không có lượt thi hoặc mã bài thi này trong vòng thi."))
    return found


def papers(round_pk: int) -> int:
    """How many papers a round has, whatever became of them."""
    return read().scalar(sa.select(sa.func.count()).select_from(Attempt).where(Attempt.round_id == round_pk)) or 0


def _revisions(round_pk: int, found: Verified) -> dict[int, rounds.Pool]:
    """Every revision by number; what is written about their commitments goes into ``found``."""
    pools_ = {}
    for row in read().scalars(
        sa.select(PoolRevision).where(PoolRevision.round_id == round_pk).order_by(PoolRevision.number)
    ):
        recomputed = pools.commitment_of(row)
        found.commitments.append(
            {"revision": row.number, "at": row.created_at, "stored": row.commitment, "recomputed": recomputed}
        )
        if recomputed != row.commitment:
            found.wrong_revisions.append(row.number)
        pools_[row.number] = rounds.pool_of(row)
    return pools_


def _attempts(round_pk: int, attempt_id: str | None, code: str | None) -> Iterator[Any]:
    query = (
        sa.select(
            Attempt.id,
            Attempt.public_id,
            Attempt.number,
            Attempt.group_code,
            Attempt.drawn_for,
            Attempt.revision,
            Attempt.marked_revision,
            Attempt.points,
            sa.cast(Attempt.paper, sa.Text).label("paper"),
            sa.cast(Attempt.answers, sa.Text).label("answers"),
        )
        # "+ 0" keeps the round's index out: it would sort the whole round anew for every page.
        .where(Attempt.round_id + 0 == round_pk)
        .order_by(Attempt.id)
        .limit(PAGE)
    )
    if attempt_id is not None:
        query = query.where(Attempt.public_id == attempt_id)
    if code is not None:
        query = query.where(Attempt.code == code)
    last = 0
    while page := read().execute(query.where(Attempt.id > last)).all():
        last = page[-1].id
        yield from page


def _drawn(pool: rounds.Pool | None, row: Any) -> list[drawing.Slot] | None:
    """The paper as it has to be; ``None`` where nothing can be drawn by what is stored."""
    if pool is None or row.group_code not in pool.blueprints:
        return None
    cells = pool.blueprints[row.group_code]
    try:
        return drawing.draw(pool.by_cell, cells, seed=pool.seed, person=row.drawn_for, number=row.number)
    except ValueError:
        return None


def _points(view: RoundView, pool: rounds.Pool | None, paper: list[drawing.Slot], row: Any) -> int | None:
    if pool is None:
        return None
    try:
        return marking.points(paper, msgspec.json.decode(row.answers), pool.scheme(view.rules))
    except (KeyError, IndexError):  # a paper that is none of this pool
        return None
