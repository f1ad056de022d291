"""Writing what a file holds into its bank: in small transactions that one process at a time may commit."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from core import audit
from core.access import Actor
from core.db import read, transaction
from core.jobs import Running, Superseded
from questions.bank import service as bank_verbs
from questions.bank.codes import Codes
from questions.bank.models import Bank, Question, QuestionVersion, SituationVersion, VersionCitation
from questions.bank.situations import bring_situation
from questions.imports import states
from questions.imports.models import ImportFile
from questions.items import Item, Situation
from questions.review import service as review

# Questions in one transaction: SQLite lets nobody else write meanwhile, and 50 ms is what others may wait.
BATCH = 5


def write(running: Running, file: ImportFile, items: Sequence[Item], situations: Iterable[Situation]) -> None:
    """Write all, then show all; after any failure nothing is left and the preview stands again.

    Every transaction asks ``running`` whether the job is still its own, so that a process that was
    superseded neither writes nor deletes. Where the database was away everything stays: it is tried again.
    """
    total = len(items)
    try:
        sweep_away(file, lambda: running.progress(0, total))  # what an interrupted try left
        with _no_long_pause():
            _fill(running, file, items, situations)
        with transaction():
            running.progress(total, total)
            _show(running.actor, running.now, file, total)
    except (Superseded, OperationalError):
        raise
    except Exception as error:
        sweep_away(file, lambda: running.progress(0, total))
        with transaction():
            running.progress(0, total)
            states.change(file, "writing", {"state": "ready", "refusal": states.refusal(error)})
        raise


def submit(running: Running, file: ImportFile) -> None:
    """Submit what a file brought in for review, what is left of it after an interruption."""
    drafts = (
        sa.select(Question.public_id)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(Question.import_id == file.id, QuestionVersion.newest, QuestionVersion.state == "draft")
    )
    ids = list(read().scalars(drafts.order_by(Question.id)))
    with _no_long_pause():
        for start in range(0, len(ids), BATCH):
            with transaction():
                review.submit(actor=running.actor, now=running.now, question_ids=ids[start : start + BATCH])
                running.progress(start + BATCH, max(len(ids), start + BATCH))


def sweep_away(file: ImportFile, fence: Callable[[], None] = lambda: None) -> None:
    """Delete a file's questions: drafts that nobody has seen, the one kind of question that is ever deleted.

    ``fence`` is called in each transaction and raises where somebody else works on the file.
    """
    hidden = sa.exists().where(ImportFile.id == file.id, ImportFile.state != "done")
    mine = sa.select(Question.id).where(Question.import_id == file.id, hidden).limit(BATCH)
    while read().scalar(mine) is not None:
        with transaction() as session:
            fence()
            ids = list(session.scalars(mine))
            versions = sa.select(QuestionVersion.id).where(QuestionVersion.question_id.in_(ids))
            session.execute(sa.delete(VersionCitation).where(VersionCitation.version_id.in_(versions)))
            session.execute(sa.delete(QuestionVersion).where(QuestionVersion.question_id.in_(ids)))
            session.execute(sa.delete(Question).where(Question.id.in_(ids)))


@contextmanager
def _no_long_pause() -> Iterator[None]:
    # A full collection looks through the whole application: 180 ms, for which others would wait for the lock.
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _fill(running: Running, file: ImportFile, items: Sequence[Item], situations: Iterable[Situation]) -> None:
    bank = read().get_one(Bank, file.bank_id)
    rows = _situations(running, bank, items, situations)
    codes = Codes(bank.id)
    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]
        used = {item.situation: rows[item.situation] for item in batch if item.situation in rows}
        with transaction():
            bank_verbs.add(
                actor=running.actor,
                now=running.now,
                bank=bank,
                items=[_renamed(item, used) for item in batch],
                situations=list(used.values()),
                import_id=file.id,
                codes=codes,
            )
            running.progress(start + len(batch), len(items))


def _situations(
    running: Running, bank: Bank, items: Sequence[Item], situations: Iterable[Situation]
) -> dict[str, SituationVersion]:
    """Code in the file -> row of the bank, of those that questions name.

    They change nothing that stands there, so what an interrupted try left of them is used again.
    """
    by_code = {situation.code: situation for situation in situations}
    rows = {}
    for code in dict.fromkeys(item.situation for item in items if item.situation in by_code):
        running.progress(0, len(items))
        rows[code] = bring_situation(
            actor=running.actor, now=running.now, bank=bank, situation=by_code[code], reserved=by_code.keys()
        )
    return rows


def _renamed(item: Item, rows: dict[str, SituationVersion]) -> Item:
    row = rows.get(item.situation)
    return item if row is None else msgspec.structs.replace(item, situation=row.code)


def _show(actor: Actor, now: datetime, file: ImportFile, total: int) -> None:
    with transaction() as session:
        stored = session.scalar(sa.select(sa.func.count()).where(Question.import_id == file.id))
        shown = {"state": "done", "done_at": now, "refusal": {}, "duplicates": []}
        if stored != total or not states.change(file, "writing", shown):
            raise RuntimeError(f"{stored} of {total} questions of import {file.public_id} stand there")
        details = {"count": total, "sha256": file.sha256}
        audit.record(actor=actor, now=now, action="import.done", subject=f"import:{file.public_id}", details=details)
