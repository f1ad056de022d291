"""The form of one legal document: several rows of changes, readable without JavaScript."""

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from core.errors import Invalid
from core.text import tidy, tidy_lines
from questions.law.queries import DocumentLine
from questions.law.rows import YEARS, DocumentRow, Relation, day_of

TEXTS = ("title", "number", "kind", "issuer", "subject", "cited_as")
DAYS = ("issued_on", "effective_on", "expires_on")
SPARE = 2
RELATIONS_MAX = 100


@dataclass
class Typed:
    """A row of changes as it was typed."""

    number: str = ""
    on: str = ""
    articles: str = ""
    error: str = ""


@dataclass
class LawForm:
    """What stands in the fields, and what is wrong with it."""

    values: dict[str, str] = field(default_factory=dict)
    replaced: list[Typed] = field(default_factory=list)
    amended: list[Typed] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, line: DocumentLine | None) -> "LawForm":
        """The form of a stored document, or an empty one."""
        if line is None:
            return cls(dict.fromkeys((*TEXTS, *DAYS), ""))
        values = {name: str(getattr(line, name)) for name in TEXTS if name != "cited_as"}
        values |= {name: _iso(getattr(line, name)) for name in DAYS}
        values["cited_as"] = "\n".join(line.names)
        rows: dict[str, list[Typed]] = {"replaces": [], "amends": []}
        for change in line.changes:
            rows[change.kind].append(Typed(change.other, _iso(change.on), "; ".join(change.articles)))
        return cls(values, rows["replaces"], rows["amends"])

    @classmethod
    def sent(cls, form: "MultiDict[str, str]") -> "LawForm":
        """The form as it was sent."""
        values = {name: form.get(name, "") for name in (*TEXTS, *DAYS)}
        return cls(values, _rows(form, "replaced"), _rows(form, "amended"))

    def row(self) -> DocumentRow | None:
        """What the verb takes; ``None`` where a field cannot be read, with the sentence at it."""
        if not tidy(self.values["title"]):
            self.errors["title"] = gettext("Đề nghị nhập tên văn bản.")
        days = {name: self._day(name) for name in DAYS}
        replaced = [relation for typed in self.replaced if (relation := self._relation(typed))]
        amended = [relation for typed in self.amended if (relation := self._relation(typed))]
        if any(typed.error for typed in self.replaced):
            self.errors["replaced"] = gettext("Có dòng chưa đúng.")
        if any(typed.error for typed in self.amended):
            self.errors["amended"] = gettext("Có dòng chưa đúng.")
        if self.errors:
            return None
        text = {name: tidy(self.values[name]) for name in TEXTS}
        return DocumentRow(
            title=text["title"],
            number=text["number"],
            kind=text["kind"],
            issuer=text["issuer"],
            subject=text["subject"],
            issued_on=days["issued_on"],
            effective_on=days["effective_on"],
            expires_on=days["expires_on"],
            cited_as=tuple(name for name in map(tidy, tidy_lines(self.values["cited_as"]).split("\n")) if name),
            replaced_by=tuple(replaced),
            amended_by=tuple(amended),
        )

    def refused(self, error: Invalid) -> None:
        """Put the sentences of a refusal at their fields."""
        fields = {name: gettext(text) for name, text in error.fields.items() if name in self.values}
        self.errors.update(fields or {"title": gettext(error.message, **error.params)})

    def spare(self, rows: list[Typed]) -> list[Typed]:
        """The rows, and empty ones for more."""
        return [*rows, *(Typed() for _ in range(SPARE))]

    def _day(self, name: str) -> date | None:
        text = tidy(self.values[name])
        found = day_of(text)
        if text and (found is None or found.year not in YEARS):
            self.errors[name] = gettext("Đề nghị nhập ngày theo dạng dd/mm/yyyy.")
            return None
        return found

    def _relation(self, typed: Typed) -> Relation | None:
        if not typed.number:
            if typed.on or typed.articles:
                typed.error = gettext("Chưa ghi số hiệu hoặc tên văn bản.")
            return None
        found = day_of(typed.on)
        if typed.on and (found is None or found.year not in YEARS):
            typed.error = gettext("Đề nghị nhập ngày theo dạng dd/mm/yyyy.")
            return None
        articles = tuple(part for part in map(tidy, re.split(r"[;\n]", typed.articles)) if part)
        return Relation(typed.number, found, articles)


def _rows(form: "MultiDict[str, str]", name: str) -> list[Typed]:
    columns: list[list[Any]] = [
        [tidy(text)[:2_000] for text in form.getlist(f"{name}_{part}")[:RELATIONS_MAX]]
        for part in ("number", "on", "articles")
    ]
    rows = [Typed(*cells) for cells in zip_longest(*columns, fillvalue="")]
    return [row for row in rows if row.number or row.on or row.articles]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
