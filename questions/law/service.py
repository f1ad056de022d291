"""Verbs of legal documents. What follows for questions stands in ``questions.review.law_changes``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import audit
from core.access import Actor, Permission, require
from core.db import read, transaction
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import tidy
from questions.law import queries, rules
from questions.law.models import LegalDocument
from questions.law.register import Register, Rehearsal, Said, new_document
from questions.law.rows import DocumentRow


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording wrote: titles of new documents and of changed ones, new or corrected changes."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    changes: tuple[Said, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was written at all."""
        return bool(self.added or self.changed or self.changes)


def record(*, actor: Actor, now: datetime, rows: Sequence[DocumentRow]) -> Recorded:
    """Take over documents and what happened to them, all rows or none. Repeating changes nothing.

    A field that a row leaves unknown keeps what is stored; so does a change that it does not name.
    """
    require(actor, Permission.BANK_MANAGE)
    with transaction() as session:
        register = Register(session, now)
        _take(register, rows)
        return _noted(actor, now, register)


def rehearse(*, actor: Actor, now: datetime, rows: Sequence[DocumentRow]) -> tuple[Recorded, dict[int, rules.Document]]:
    """What :func:`record` would record, and the law that would follow; nothing is written, nobody waits.

    The law is by the ids that citations name today. Must not run inside a transaction.
    """
    require(actor, Permission.BANK_MANAGE)
    with Session(read().get_bind(), autoflush=False) as session:
        register = Rehearsal(session, now)
        _take(register, rows)
        return _recorded(register), register.facts()


def revise(*, actor: Actor, now: datetime, document_id: str | None, row: DocumentRow) -> tuple[LegalDocument, Recorded]:
    """Write one document exactly as a form says, gaps and all; ``None`` for a new one."""
    require(actor, Permission.BANK_MANAGE)
    with transaction() as session:
        register = Register(session, now)
        document = _of(register, document_id) if document_id else None
        if document is None and (known := register.find(row.title)) is not None:
            raise Invalid(
                N_("Đã có văn bản này trong danh mục: %(title)s."),
                fields={"title": N_("Đã có văn bản mang tên hoặc số hiệu này. Đề nghị mở văn bản đó để sửa.")},
                title=known.title,
            )
        document = register.take(row, into=document)
        session.flush()
        register.relate_exactly(document, row)
        return document, _noted(actor, now, register)


def remove_change(*, actor: Actor, now: datetime, document_id: str, by_id: str, kind: str) -> None:
    """Take back a change that was recorded by mistake."""
    require(actor, Permission.BANK_MANAGE)
    with transaction() as session:
        register = Register(session, now)
        change = register.changes.get((document_id, by_id, kind))
        if change is None:
            raise NotFound(N_("Không còn thay đổi này; có thể đã được gỡ trước đó."))
        register.remove(change)
        session.flush()
        audit.record(
            actor=actor, now=now, action="law.change-removed", subject=f"law:{document_id}",
            details={"by": by_id, "kind": kind},
        )  # fmt: skip


def cited(text: str, *, now: datetime) -> LegalDocument:
    """The document that a citation names; an unknown one is added with nothing but its name."""
    text = tidy(text)[: rules.NAME_MAX]
    with transaction() as session:
        found = queries.by_name(text) or queries.by_bare_number(text)
        if found is not None:
            return found
        try:
            with session.begin_nested():
                found = new_document(text, now)
                session.add(found)
        except IntegrityError:  # another transaction added it at this moment, and it is in now
            found = queries.by_name(text)
            if found is None:
                raise
        return found


def _of(register: Register, document_id: str) -> LegalDocument:
    found = next((d for d in register.documents if d.public_id == document_id), None)
    if found is None:
        raise NotFound(N_("Không tìm thấy văn bản này."))
    return found


def _take(register: Register, rows: Sequence[DocumentRow]) -> None:
    for row in rows:
        register.take(row)
    for row in rows:
        # Found again by name: a later row may have merged it into another.
        document = register.named(row.title)
        for kind, relations in (("replaces", row.replaced_by), ("amends", row.amended_by)):
            for relation in relations:
                register.relate(document, kind, relation)


def _recorded(register: Register) -> Recorded:
    return Recorded(
        tuple(d.title for d in register.added), tuple(d.title for d in register.changed), tuple(register.said)
    )


def _noted(actor: Actor, now: datetime, register: Register) -> Recorded:
    register.flush()
    done = _recorded(register)
    if done:
        counts = {"added": len(done.added), "changed": len(done.changed), "changes": len(done.changes)}
        audit.record(actor=actor, now=now, action="law.recorded", subject="bank:law", details=counts)
    return done
