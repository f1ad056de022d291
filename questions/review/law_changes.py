"""Recording a change of the law, and what follows for questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.access import Actor
from questions.bank.overtaken import Touched
from questions.law import service as law
from questions.law.rows import DocumentRow
from questions.law.service import Recorded
from questions.review import quarantine


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was recorded, which wordings are newly held back, how many questions may be used again."""

    recorded: Recorded
    held: list[Touched]
    released: int
    document_id: str = ""


def record(*, actor: Actor, now: datetime, rows: Sequence[DocumentRow]) -> Outcome:
    """Take over documents and changes, all rows or none, and hold back what they overtake as of today."""
    return _followed(actor, now, law.record(actor=actor, now=now, rows=rows))


def rehearse(*, actor: Actor, now: datetime, rows: Sequence[DocumentRow]) -> Outcome:
    """What :func:`record` would do; it only reads. Must not run inside a transaction."""
    recorded, known = law.rehearse(actor=actor, now=now, rows=rows)
    held, released = quarantine.foreseen(now=now, known=known)
    return Outcome(recorded, held, released)


def revise(*, actor: Actor, now: datetime, document_id: str | None, row: DocumentRow) -> Outcome:
    """Write one document exactly as a form says; what a mistake had held back is released."""
    document, recorded = law.revise(actor=actor, now=now, document_id=document_id, row=row)
    return _followed(actor, now, recorded, document.public_id)


def remove_change(*, actor: Actor, now: datetime, document_id: str, by_id: str, kind: str) -> Outcome:
    """Take back a change that was recorded by mistake, and release what it held back."""
    law.remove_change(actor=actor, now=now, document_id=document_id, by_id=by_id, kind=kind)
    return _followed(actor, now, Recorded(), document_id)


def follow(*, actor: Actor, now: datetime) -> tuple[list[Touched], int]:
    """Let questions follow the law as it is recorded: what is newly held back, how many are free again.

    A transaction for each batch, so that nobody who writes waits for all of them. What a death leaves
    undone the worker's next pass does; until then no new pool takes up what the law has overtaken.
    """
    released = quarantine.release(actor=actor, now=now)
    return quarantine.apply(actor=actor, now=now), released


def _followed(actor: Actor, now: datetime, recorded: Recorded, document_id: str = "") -> Outcome:
    held, released = follow(actor=actor, now=now)
    return Outcome(recorded, held, released, document_id)
