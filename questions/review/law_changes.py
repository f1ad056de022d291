"""Recording a change of the law together with what follows for questions, in one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.access import Actor
from core.db import transaction
from questions.law import service as law
from questions.law.rows import DocumentRow
from questions.law.service import Recorded
from questions.review import quarantine
from questions.review.quarantine import Touched


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was recorded, which wordings are newly held back, how many questions may be used again."""

    recorded: Recorded
    held: list[Touched]
    released: int
    document_id: str = ""


class _Rehearsed(Exception):
    """Ends the transaction of a rehearsal, so that nothing of it is written."""


def record(*, actor: Actor, now: datetime, rows: Sequence[DocumentRow]) -> Outcome:
    """Take over documents and changes, all rows or none, and hold back what they overtake as of today."""
    with transaction():
        return _followed(actor, now, law.record(actor=actor, now=now, rows=rows))


def rehearse(*, actor: Actor, now: datetime, rows: Sequence[DocumentRow]) -> Outcome:
    """What :func:`record` would do: the act itself, undone. Must not run inside a transaction."""
    outcome: Outcome | None = None
    try:
        with transaction():
            outcome = record(actor=actor, now=now, rows=rows)
            raise _Rehearsed
    except _Rehearsed:
        assert outcome is not None
        return outcome


def revise(*, actor: Actor, now: datetime, document_id: str | None, row: DocumentRow) -> Outcome:
    """Write one document exactly as a form says; what a mistake had held back is released."""
    with transaction():
        document, recorded = law.revise(actor=actor, now=now, document_id=document_id, row=row)
        return _followed(actor, now, recorded, document.public_id)


def remove_change(*, actor: Actor, now: datetime, document_id: str, by_id: str, kind: str) -> Outcome:
    """Take back a change that was recorded by mistake, and release what it held back."""
    with transaction():
        law.remove_change(actor=actor, now=now, document_id=document_id, by_id=by_id, kind=kind)
        return _followed(actor, now, Recorded(), document_id)


def _followed(actor: Actor, now: datetime, recorded: Recorded, document_id: str = "") -> Outcome:
    released = quarantine.release(actor=actor, now=now)
    return Outcome(recorded, quarantine.apply(actor=actor, now=now), released, document_id)
