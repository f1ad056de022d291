"""The register of documents in one act: read once, found by name or number, changed, merged."""

from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from core.errors import Invalid
from core.i18n import N_
from core.ids import public_id
from core.text import tidy
from questions.law import rules
from questions.law.models import LegalChange, LegalDocument, LegalName
from questions.law.rows import DocumentRow, Relation

FACTS = ("issuer", "subject", "issued_on", "effective_on", "expires_on")
LIMITS = {"number": 60, "kind": 60, "issuer": 200, "subject": 2_000}
ARTICLES_MAX = 300
ARTICLE_MAX = 200


class Said(NamedTuple):
    """A new or corrected change of the law, for people."""

    document: str
    kind: str
    by: str
    on: date | None
    articles: tuple[str, ...]


class Register:
    """All documents and changes, as the open transaction sees them."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Read everything: three statements."""
        self.session, self.now = session, now
        self.documents = list(session.scalars(sa.select(LegalDocument).options(selectinload(LegalDocument.names))))
        self.by_name = {name.folded: document for document in self.documents for name in document.names}
        self.by_number: dict[str, list[LegalDocument]] = {}
        for document in self.documents:
            self._number(document)
        self.changes: dict[tuple[str, str, str], LegalChange] = {}
        query = sa.select(LegalChange).options(joinedload(LegalChange.document), joinedload(LegalChange.by))
        for change in session.scalars(query.order_by(LegalChange.id)):
            self.changes[_key(change.document, change.by, change.kind)] = change
        self.added: list[LegalDocument] = []
        self.changed: list[LegalDocument] = []
        self.said: list[Said] = []

    def find(self, text: str) -> LegalDocument | None:
        """The document that a text names: by a name that is known, else by its number."""
        text = tidy(text)
        found = self.by_name.get(rules.name_key(text))
        number = rules.names_by_number(text)
        if found is None and text:
            same = [d for known in dict.fromkeys((text, number)) if known for d in self.by_number.get(known, ())]
            found = same[0] if len(same) == 1 else None
        return found

    def named(self, text: str) -> LegalDocument:
        """The same; an unknown one is added with nothing but its name."""
        return self.find(text) or self.add(tidy(text)[: rules.NAME_MAX])

    def add(self, title: str) -> LegalDocument:
        """A new document of this name."""
        document = new_document(title, self.now)
        self.store(document)
        self.documents.append(document)
        self.by_name[rules.name_key(title)] = document
        self._number(document)
        self.added.append(document)
        return document

    def take(self, row: DocumentRow, *, into: LegalDocument | None = None) -> LegalDocument:
        """Record a row. With ``into`` the row is everything that is known of that document, gaps included."""
        title = _checked(row)
        names = list(dict.fromkeys([title, *filter(None, map(tidy, row.cited_as))]))
        known = [self.by_name.get(rules.name_key(name)) for name in (*names, row.number)]
        found = [d for d in dict.fromkeys([into, self.find(title), *known]) if d is not None]
        document = found[0] if found else self.add(title)
        is_new = not found
        for other in found[1:]:
            self._merge(other, document, number=tidy(row.number) or rules.number_of(title))
        before = _content(document)
        exact = into is not None
        if exact or title != tidy(row.number):  # a row may name a document that is known by its number alone
            document.title = title
        for name in ("kind", "issuer", "subject"):
            setattr(document, name, tidy(getattr(row, name)) or ("" if exact else getattr(document, name)))
        self._unnumber(document)
        document.number = tidy(row.number) or (document.number if not exact else "") or rules.number_of(title)
        self._number(document)
        for name in ("issued_on", "effective_on", "expires_on"):
            setattr(document, name, getattr(row, name) or (None if exact else getattr(document, name)))
        if exact:
            self._forget_names(document, keep={rules.name_key(name) for name in names})
        for text in names:
            if exact or text != tidy(row.number):
                self._name(document, text)
        if not is_new and _content(document) != before and document not in (*self.added, *self.changed):
            self.changed.append(document)
        return document

    def relate(self, document: LegalDocument, kind: str, relation: Relation) -> LegalChange:
        """Record that another document amends or replaces ``document``."""
        if not tidy(relation.number) or len(tidy(relation.number)) > rules.NAME_MAX:
            raise Invalid(N_("%(title)s: văn bản sửa đổi, thay thế cần số hiệu hoặc tên."), title=document.title)
        other = self.named(relation.number)
        if other is document:
            raise Invalid(N_("%(title)s: một văn bản không tự sửa đổi hoặc thay thế chính nó."), title=document.title)
        articles = [tidy(article) for article in relation.articles if tidy(article)]
        if len(articles) > ARTICLES_MAX or any(len(article) > ARTICLE_MAX for article in articles):
            raise Invalid(N_("%(title)s: danh sách điều khoản bị sửa đổi dài quá."), title=document.title)
        known = self.changes.get(_key(document, other, kind))
        if known is None:
            known = LegalChange(
                document=document, by=other, kind=kind, on=relation.on, articles=articles, recorded_at=self.now
            )
            self.store(known)
            self.changes[_key(document, other, kind)] = known
        elif (relation.on or known.on, articles or known.articles) == (known.on, known.articles):
            return known
        else:
            self._correct(known, relation.on or known.on, articles or known.articles)
        self.said.append(Said(document.title, kind, other.title, known.on, tuple(known.articles)))
        return known

    def relate_exactly(self, document: LegalDocument, row: DocumentRow) -> None:
        """Let what happened to ``document`` be what the row says, and nothing else."""
        kept: set[str] = set()
        for kind, relations in (("replaces", row.replaced_by), ("amends", row.amended_by)):
            for relation in relations:
                change = self.relate(document, kind, relation)
                articles = [tidy(article) for article in relation.articles if tidy(article)]
                if (change.on, change.articles) != (relation.on, articles):
                    self._correct(change, relation.on, articles)
                    self.said.append(Said(document.title, kind, change.by.title, change.on, tuple(change.articles)))
                kept.add(f"{kind}:{change.by.public_id}")
        for change in [c for c in self.changes.values() if c.document is document]:
            if f"{change.kind}:{change.by.public_id}" not in kept:
                self.remove(change)
                if document not in self.changed:
                    self.changed.append(document)

    def remove(self, change: LegalChange) -> None:
        """Take back a change."""
        del self.changes[_key(change.document, change.by, change.kind)]
        self.drop(change)

    def store(self, row: LegalDocument | LegalChange) -> None:
        """Write what is new."""
        self.session.add(row)

    def drop(self, row: LegalDocument | LegalChange) -> None:
        """Delete what is no more."""
        self.session.delete(row)

    def flush(self) -> None:
        """Let the database know of everything so far."""
        self.session.flush()

    def hand_over(self, other: LegalDocument, into: LegalDocument) -> None:
        """Let citations and causes name ``into`` instead of ``other``."""
        ids = {"into": into.id, "other": other.id, "before": f"expired:{other.id}", "after": f"expired:{into.id}"}
        for statement in (
            "UPDATE version_citation SET document_id = :into WHERE document_id = :other",
            "UPDATE quarantine SET document_id = :into WHERE document_id = :other",
            "UPDATE quarantine SET cause = :after WHERE cause = :before AND version_id NOT IN"
            " (SELECT version_id FROM quarantine WHERE cause = :after)",
        ):
            self.session.execute(sa.text(statement), ids)

    def forget_others(self) -> None:
        """What was loaded beside the register may name a document that is no more."""
        for seen in list(self.session):
            if not isinstance(seen, LegalDocument | LegalName | LegalChange):
                self.session.expire(seen)

    def _correct(self, change: LegalChange, on: date | None, articles: list[str]) -> None:
        if articles != change.articles:
            # Whoever settled a wording meanwhile knew of other articles than these.
            change.recorded_at = self.now
        change.on, change.articles = on, articles

    def _name(self, document: LegalDocument, text: str) -> None:
        folded = rules.name_key(text)
        if folded not in self.by_name:
            document.names.append(LegalName(text=text, folded=folded))
            self.by_name[folded] = document

    def _forget_names(self, document: LegalDocument, *, keep: set[str]) -> None:
        for name in [name for name in document.names if name.folded not in keep]:
            document.names.remove(name)
            del self.by_name[name.folded]
        self.flush()

    def _number(self, document: LegalDocument) -> None:
        same = self.by_number.setdefault(document.number, []) if document.number else []
        if document not in same:
            same.append(document)

    def _unnumber(self, document: LegalDocument) -> None:
        if document in (same := self.by_number.get(document.number, [])):
            same.remove(document)

    def _merge(self, other: LegalDocument, into: LegalDocument, *, number: str) -> None:
        """Two names turned out to be one document: whatever refers to the other refers to this one."""
        own = any(getattr(other, name) for name in FACTS) or any(c.document is other for c in self.changes.values())
        if own and other.number and number and other.number != number:
            raise Invalid(
                N_("Tên “%(title)s” là của một văn bản khác đã có thông tin riêng. Đề nghị kiểm tra lại tên gọi khác."),
                fields={"cited_as": N_("Có tên gọi đang là của một văn bản khác.")},
                title=other.title,
            )
        for change in [c for c in self.changes.values() if other in (c.document, c.by)]:
            self._repoint(change, other, into)
        for name in list(other.names):
            name.document = into
            self.by_name[name.folded] = into
        self.flush()
        self.hand_over(other, into)
        self._unnumber(other)
        self.drop(other)
        self.flush()
        self.forget_others()
        for group in (self.documents, self.added, self.changed):
            if other in group:
                group.remove(other)

    def _repoint(self, change: LegalChange, other: LegalDocument, into: LegalDocument) -> None:
        document = into if change.document is other else change.document
        by = into if change.by is other else change.by
        if document is by or _key(document, by, change.kind) in self.changes:
            self.remove(change)
            return
        del self.changes[_key(change.document, change.by, change.kind)]
        change.document, change.by = document, by
        self.changes[_key(document, by, change.kind)] = change


class Rehearsal(Register):
    """A register that writes nothing: its session never flushes, and what would be written is only remembered."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Read everything; nothing is merged yet."""
        super().__init__(session, now)
        self._merged: dict[int, LegalDocument] = {}

    def store(self, row: LegalDocument | LegalChange) -> None:
        """It stands in the register: enough."""

    def drop(self, row: LegalDocument | LegalChange) -> None:
        """It stands in the register no more: enough."""

    def flush(self) -> None:
        """Nothing is written."""

    def hand_over(self, other: LegalDocument, into: LegalDocument) -> None:
        """Citations of ``other`` mean ``into``."""
        for pk in [pk for pk, document in self._merged.items() if document is other]:
            self._merged[pk] = into
        if other.id is not None:
            self._merged[other.id] = into

    def forget_others(self) -> None:
        """Nothing was loaded beside it."""

    def facts(self) -> dict[int, rules.Document]:
        """The documents as the rules take them, by every id that a stored citation may name.

        New documents and changes have no ids yet: theirs are negative.
        """
        ids = {id(d): d.id or -place for place, d in enumerate(self.documents, start=1)}
        suffered: dict[int, list[rules.Change]] = {}
        for place, change in enumerate(self.changes.values(), start=1):
            suffered.setdefault(id(change.document), []).append(
                rules.Change(
                    change.id or -place, change.kind, change.by.title, change.on, tuple(change.articles),
                    change.recorded_at,
                )
            )  # fmt: skip
        known = {
            id(d): rules.Document(ids[id(d)], d.title, d.effective_on, d.expires_on, tuple(suffered.get(id(d), ())))
            for d in self.documents
        }
        found = {document.id: document for document in known.values()}
        return found | {pk: known[id(document)] for pk, document in self._merged.items()}


def new_document(title: str, now: datetime) -> LegalDocument:
    """A document of which only the name is known."""
    first = title.split(" ")[0]
    return LegalDocument(
        public_id=public_id(),
        title=title,
        number=rules.number_of(title)[: LIMITS["number"]],
        kind=first[: LIMITS["kind"]] if first.isalpha() else "",
        issuer="",
        subject="",
        recorded_at=now,
        names=[LegalName(text=title, folded=rules.name_key(title))],
    )


def _key(document: LegalDocument, by: LegalDocument, kind: str) -> tuple[str, str, str]:
    return document.public_id, by.public_id, kind


def _content(document: LegalDocument) -> tuple[object, ...]:
    return (
        *(getattr(document, name) for name in ("title", "number", "kind", *FACTS)),
        frozenset(name.folded for name in document.names),
    )


def _checked(row: DocumentRow) -> str:
    title = tidy(row.title)
    if not title or len(title) > rules.NAME_MAX:
        raise Invalid(N_("Tên văn bản cần từ 1 đến 300 ký tự."), fields={"title": N_("Đề nghị nhập tên văn bản.")})
    for name, limit in LIMITS.items():
        if len(tidy(getattr(row, name))) > limit:
            raise Invalid(
                N_("%(title)s: có mục dài quá mức cho phép."), fields={name: N_("Nội dung dài quá.")}, title=title
            )
    if any(len(tidy(name)) > rules.NAME_MAX for name in row.cited_as):
        raise Invalid(
            N_("%(title)s: tên gọi khác không dài quá 300 ký tự."),
            fields={"cited_as": N_("Mỗi tên gọi không dài quá 300 ký tự.")},
            title=title,
        )
    if row.effective_on and row.expires_on and row.expires_on < row.effective_on:
        raise Invalid(
            N_("%(title)s: ngày hết hiệu lực trước ngày có hiệu lực."),
            fields={"expires_on": N_("Ngày hết hiệu lực trước ngày có hiệu lực.")},
            title=title,
        )
    return title
