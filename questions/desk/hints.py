"""Quiet advice while a question is written: flaws, near duplicates, the law that it rests on. It stops nothing."""

from collections.abc import Sequence
from datetime import date

import msgspec
from flask import url_for
from flask_babel import gettext

from questions import flaws
from questions.bank import likeness
from questions.bank.models import Bank
from questions.duplicates import near_duplicates, text_of
from questions.items import Item
from questions.law import queries as law
from questions.law import rules

ALIKE_MAX = 3


class Alike(msgspec.Struct, frozen=True):
    """A question of the bank that is nearly the same; ``similarity`` in whole percent."""

    code: str
    stem: str
    similarity: int
    url: str


class LegalState(msgspec.Struct, frozen=True):
    """How a cited document stands today: ``kind`` good, info, warn or bad, and the sentence."""

    kind: str
    text: str


class Hints(msgspec.Struct, frozen=True):
    """Everything that there is to say about a question; ``law`` goes by the rows of citations."""

    flaws: list[str]
    alike: list[Alike]
    law: list[LegalState | None]


def about(item: Item, bank: Bank, *, rows: Sequence[tuple[str, str]], today: date, code: str = "") -> Hints:
    """Advice on a question; ``code`` is its own in the bank, ``rows`` are its citations as typed."""
    asked = bool(item.stem and any(item.choices))
    return Hints(
        flaws=[sentence(flaw) for flaw in flaws.of_item(item)] if asked else [],
        alike=alike(item, bank, code=code) if asked else [],
        law=[legal_state(document, article, today=today) for document, article in rows],
    )


def sentence(flaw: flaws.Flaw) -> str:
    """A flaw in words."""
    return gettext(flaw.message, **flaw.params)


def alike(item: Item, bank: Bank, *, code: str = "") -> list[Alike]:
    """The questions of a bank that are most like this one."""
    known = {number: (stem, choices) for number, stem, choices in likeness.candidates(bank, item.stem, besides=code)}
    pairs = near_duplicates(
        [text_of(code, item.stem, item.choices)], [text_of(number, *wording) for number, wording in known.items()]
    )
    return [
        Alike(
            str(pair.other),
            known[str(pair.other)][0],
            pair.similarity,
            url_for("bank.index", bank=bank.public_id, text=pair.other),
        )
        for pair in pairs[:ALIKE_MAX]
    ]


def legal_state(document: str, article: str, *, today: date) -> LegalState | None:
    """What to say beside a citation on a day; nothing where no document is named."""
    if not document:
        return None
    found = law.by_name(document)
    if found is None:
        return LegalState("info", gettext("Chưa có trong danh mục văn bản; khi lưu sẽ được ghi thêm theo tên này."))
    fact = law.facts([found.id])[found.id]
    causes = list(rules.causes(fact, article=article, settled_at=None, as_of=today))
    for reason in ("replaced", "expired", "amended"):
        for cause in causes:
            if cause.reason == reason:
                return _overtaken(cause)
    if rules.status(fact, as_of=today) == "not_yet" and fact.effective_on:
        return LegalState("warn", gettext("Chưa có hiệu lực; có hiệu lực từ %(day)s.", day=_day(fact.effective_on)))
    coming = sorted((c for c in fact.changes if c.starts > today), key=lambda c: c.starts)
    if coming:
        day, by = _day(coming[0].starts), coming[0].by
        if coming[0].kind == "replaces":
            return LegalState("warn", gettext("Còn hiệu lực; sẽ bị thay thế từ %(day)s bởi %(by)s.", day=day, by=by))
        return LegalState("warn", gettext("Còn hiệu lực; sẽ được sửa đổi từ %(day)s bởi %(by)s.", day=day, by=by))
    if any(change.starts <= today for change in fact.changes):
        return LegalState("good", gettext("Còn hiệu lực; đã được sửa đổi nhưng không chạm điều này."))
    return LegalState("good", gettext("Còn hiệu lực."))


def _overtaken(cause: rules.Cause) -> LegalState:
    day = _day(cause.on)
    if not cause.dated:
        said = gettext("Được sửa đổi hoặc thay thế bởi %(by)s (chưa rõ ngày); đề nghị đối chiếu.", by=cause.by)
        return LegalState("warn" if cause.reason == "amended" else "bad", said)
    if cause.reason == "replaced":
        return LegalState("bad", gettext("Bị thay thế từ %(day)s bởi %(by)s.", day=day, by=cause.by))
    if cause.reason == "expired":
        return LegalState("bad", gettext("Hết hiệu lực sau ngày %(day)s.", day=day))
    return LegalState(
        "warn", gettext("Được sửa đổi từ %(day)s bởi %(by)s; đề nghị đối chiếu nội dung mới.", day=day, by=cause.by)
    )


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
