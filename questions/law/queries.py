"""Read models of legal documents."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from core.db import read
from core.errors import NotFound
from core.i18n import N_
from questions.law import rules
from questions.law.models import LegalChange, LegalDocument, LegalName

SUGGESTIONS = 500
EVERY = sa.true()
_BARE_NUMBER = re.compile(r"\d{1,5}/\d{4}")


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change as a page shows it; ``other`` is the amending or replacing (or the touched) document."""

    kind: str
    other_id: str
    other: str
    on: date | None
    articles: list[str]


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document with its state on a day."""

    pk: int
    id: str
    title: str
    number: str
    kind: str
    issuer: str
    subject: str
    issued_on: date | None
    effective_on: date | None
    expires_on: date | None
    status: str
    changes: list[ChangeLine]
    touches: list[ChangeLine]
    names: list[str]


def facts(document_ids: Iterable[int] | None = None) -> dict[int, rules.Document]:
    """Documents by id as the rules take them; two statements."""
    # Columns, not objects: this is read wherever something is drawn, and in every batch of a quarantine.
    query = sa.select(
        LegalDocument.id, LegalDocument.title, LegalDocument.effective_on, LegalDocument.expires_on
    ).order_by(LegalDocument.id)
    if document_ids is not None:
        query = query.where(LegalDocument.id.in_(list(document_ids)))
    changes: dict[int, list[rules.Change]] = {}
    c = LegalChange
    for row in read().execute(
        sa.select(c.id, c.document_id, c.kind, LegalDocument.title, c.on, c.articles, c.recorded_at)
        .join(LegalDocument, LegalDocument.id == c.by_id)
        .order_by(c.id)
    ):
        changes.setdefault(row.document_id, []).append(
            rules.Change(row.id, row.kind, row.title, row.on, tuple(row.articles), row.recorded_at)
        )
    return {d.id: rules.Document(*d, tuple(changes.get(d.id, ()))) for d in read().execute(query)}


def documents(*, as_of: date, only: sa.ColumnElement[bool] = EVERY) -> list[DocumentLine]:
    """All documents (or ``only`` some), newest first, with what happened to them; four statements."""
    known = facts()
    rows = read().scalars(
        sa.select(LegalDocument)
        .where(only)
        .options(selectinload(LegalDocument.names))
        .order_by(LegalDocument.issued_on.desc().nulls_last(), LegalDocument.title)
    )
    suffered: dict[int, list[ChangeLine]] = {}
    touches: dict[int, list[ChangeLine]] = {}
    query = sa.select(LegalChange).options(joinedload(LegalChange.document), joinedload(LegalChange.by))
    for c in read().scalars(query.order_by(LegalChange.on, LegalChange.id)):
        facts_of = (c.on, list(c.articles))
        suffered.setdefault(c.document_id, []).append(ChangeLine(c.kind, c.by.public_id, c.by.title, *facts_of))
        touches.setdefault(c.by_id, []).append(ChangeLine(c.kind, c.document.public_id, c.document.title, *facts_of))
    return [_line(row, known[row.id], suffered.get(row.id, []), touches.get(row.id, []), as_of) for row in rows]


def document(document_id: str, *, as_of: date, only: sa.ColumnElement[bool] = EVERY) -> DocumentLine:
    """One document; raises :class:`NotFound`."""
    found = next((line for line in documents(as_of=as_of, only=only) if line.id == document_id), None)
    if found is None:
        raise NotFound(N_("Không tìm thấy văn bản này."))
    return found


def titles(*, only: sa.ColumnElement[bool] = EVERY) -> list[str]:
    """Names under which documents may be cited, for suggestions: the newest documents', titles first."""
    newest = (LegalDocument.issued_on.desc().nulls_last(), LegalDocument.id.desc())
    called = read().scalars(sa.select(LegalDocument.title).where(only).order_by(*newest).limit(SUGGESTIONS))
    names = sa.select(LegalName.text).join(LegalName.document).where(only, LegalName.text != LegalDocument.title)
    cited = read().scalars(names.order_by(*newest).limit(SUGGESTIONS))
    return sorted([*called, *cited][:SUGGESTIONS])


def public_ids() -> dict[int, str]:
    """The id in addresses of every document."""
    return {row.id: row.public_id for row in read().execute(sa.select(LegalDocument.id, LegalDocument.public_id))}


def by_name(text: str) -> LegalDocument | None:
    """The document that is called or cited so, whatever its accents; else the only one with its number."""
    query = sa.select(LegalDocument).join(LegalName).where(LegalName.folded == rules.name_key(text))
    found = read().scalar(query)
    numbers = {text, rules.names_by_number(text)} - {""}
    if found is None and numbers:
        same = list(read().scalars(sa.select(LegalDocument).where(LegalDocument.number.in_(numbers)).limit(2)))
        found = same[0] if len(same) == 1 else None
    return found


def by_bare_number(text: str) -> LegalDocument | None:
    """The one document whose number begins so: ``118/2025`` for 118/2025/NĐ-CP; None where several do."""
    if not _BARE_NUMBER.fullmatch(text):
        return None
    same = sa.or_(LegalDocument.number == text, LegalDocument.number.startswith(text + "/", autoescape=True))
    found = list(read().scalars(sa.select(LegalDocument).where(same).limit(2)))
    return found[0] if len(found) == 1 else None


def recorded() -> sa.ColumnElement[bool]:
    """Documents of which somebody recorded more than a name that was cited, as a condition.

    A number that stands in the title was only copied out of it.
    """
    changed = sa.union_all(sa.select(LegalChange.document_id), sa.select(LegalChange.by_id))
    return sa.or_(
        LegalDocument.issuer != "",
        LegalDocument.subject != "",
        LegalDocument.issued_on.is_not(None),
        LegalDocument.effective_on.is_not(None),
        LegalDocument.expires_on.is_not(None),
        sa.and_(LegalDocument.number != "", ~LegalDocument.title.contains(LegalDocument.number)),
        LegalDocument.id.in_(changed),
    )


def _line(
    row: LegalDocument, fact: rules.Document, changes: list[ChangeLine], touches: list[ChangeLine], as_of: date
) -> DocumentLine:
    return DocumentLine(
        pk=row.id,
        id=row.public_id,
        title=row.title,
        number=row.number,
        kind=row.kind,
        issuer=row.issuer,
        subject=row.subject,
        issued_on=row.issued_on,
        effective_on=row.effective_on,
        expires_on=row.expires_on,
        status=rules.status(fact, as_of=as_of),
        changes=changes,
        touches=touches,
        names=[name.text for name in row.names if name.text != row.title],
    )


def choices(*, only: sa.ColumnElement[bool] = EVERY) -> list[tuple[str, str]]:
    """(public id, title) of every document (or ``only`` some), by title: for a filter."""
    query = sa.select(LegalDocument.public_id, LegalDocument.title).where(only)
    rows = read().execute(query.order_by(LegalDocument.title))
    return [(row.public_id, row.title) for row in rows]
