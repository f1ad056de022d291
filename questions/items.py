"""A question as plain data: what every format reads and writes and what a version stores. Pure."""

import hashlib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

import msgspec

from core.canonical import canonical_json, sha256
from core.i18n import N_
from core.text import fold, tidy, tidy_lines

CHOICES_MAX = 10
STEM_MAX = 2_000
CHOICE_MAX = 1_000
EXPLANATION_MAX = 4_000
SITUATION_MAX = 8_000
TRUE_FALSE = ("Đúng", "Sai")


class Kind(StrEnum):
    """How a question is answered: one choice, several, or true and false (đúng/sai)."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true-false"


class Citation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A legal document as cited (number and date) and the place in it: ``Điều 3 khoản 1``."""

    document: str
    article: str = ""


class Media(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A picture, a sound or a film of a situation; ``alt`` says in words what it shows or says."""

    name: str
    type: str
    alt: str
    data: bytes


class Situation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A situation (tình huống): a text, perhaps with media, that several questions share."""

    code: str
    text: str
    title: str = ""
    media: tuple[Media, ...] = ()


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question. ``keys`` are ascending positions (from 0) of the right ``choices``.

    ``shuffle`` is false where the order of the choices carries meaning ("cả A và B"). ``topic``
    is a topic's code or name; ``difficulty`` 1 easy, 2 medium, 3 hard; ``source`` says where the
    question comes from; ``situation`` is the code of a situation of the same bundle; ``code``
    names the question for whoever wrote it.
    """

    stem: str
    choices: tuple[str, ...]
    keys: tuple[int, ...]
    kind: Kind = Kind.SINGLE
    shuffle: bool = True
    explanation: str = ""
    citations: tuple[Citation, ...] = ()
    topic: str = ""
    difficulty: int | None = None
    tags: tuple[str, ...] = ()
    source: str = ""
    situation: str = ""
    code: str = ""


class Problem(msgspec.Struct, frozen=True):
    """What is wrong at a place of a file; ``reason`` is a msgid with ``params``."""

    at: str
    reason: str
    params: dict[str, str | int] = {}


class Found(msgspec.Struct, frozen=True):
    """A question as found in a file, and where: ``Câu 3 (đoạn 12)``, ``Dòng 5``."""

    item: Item
    at: str


class Reading(msgspec.Struct, frozen=True):
    """What a file holds. ``problems`` stop the import; ``notes`` are to be looked at."""

    found: tuple[Found, ...] = ()
    situations: tuple[Situation, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


class Bundle(msgspec.Struct, frozen=True):
    """Questions with the situations that they refer to: what an export writes."""

    items: tuple[Item, ...]
    situations: tuple[Situation, ...] = ()


def tidied(item: Item) -> Item:
    """The same question with tidy texts, keys ascending, tags once each in their order."""
    return msgspec.structs.replace(
        item,
        stem=tidy_lines(item.stem),
        choices=tuple(tidy(choice) for choice in item.choices),
        keys=tuple(sorted(set(item.keys))),
        explanation=tidy_lines(item.explanation),
        citations=tuple(
            Citation(tidy(c.document), tidy(c.article)) for c in item.citations if tidy(c.document) or tidy(c.article)
        ),
        topic=tidy(item.topic),
        tags=tuple(dict.fromkeys(tag for tag in map(tidy, item.tags) if tag)),
        source=tidy(item.source),
        situation=tidy(item.situation),
        code=tidy(item.code),
    )


def faults(item: Item) -> Iterator[tuple[str, dict[str, str | int]]]:
    """What keeps a (tidied) question from being stored: sentences as (msgid, params)."""
    count = len(item.choices)
    if not item.stem:
        yield N_("Câu hỏi chưa có nội dung."), {}
    if len(item.stem) > STEM_MAX:
        yield N_("Nội dung câu hỏi dài quá %(max)s ký tự."), {"max": STEM_MAX}
    if not 2 <= count <= CHOICES_MAX:
        yield N_("Câu hỏi cần từ 2 đến %(max)s phương án, hiện có %(count)s."), {"max": CHOICES_MAX, "count": count}
    if any(not choice for choice in item.choices):
        yield N_("Có phương án để trống."), {}
    if any(len(choice) > CHOICE_MAX for choice in item.choices):
        yield N_("Có phương án dài quá %(max)s ký tự."), {"max": CHOICE_MAX}
    if len({choice.casefold() for choice in item.choices if choice}) < len([c for c in item.choices if c]):
        yield N_("Có hai phương án giống nhau."), {}
    if not item.keys or any(key not in range(count) for key in item.keys):
        yield N_("Chưa rõ phương án đúng."), {}
    elif item.kind is not Kind.MULTIPLE and len(item.keys) != 1:
        yield N_("Câu một lựa chọn chỉ có một phương án đúng, hiện đánh dấu %(count)s."), {"count": len(item.keys)}
    if item.kind is Kind.TRUE_FALSE and tuple(map(fold, item.choices)) != ("dung", "sai"):
        yield N_("Câu đúng/sai có hai phương án: Đúng, Sai."), {}
    if item.difficulty not in (None, 1, 2, 3):
        yield N_("Mức độ là 1 (dễ), 2 (vừa) hoặc 3 (khó)."), {}
    if len(item.explanation) > EXPLANATION_MAX:
        yield N_("Lời giải thích dài quá %(max)s ký tự."), {"max": EXPLANATION_MAX}
    for text, limit in ((item.topic, 200), (item.code, 60), (item.source, 300), *((tag, 60) for tag in item.tags)):
        if len(text) > limit:
            yield N_("Mục “%(text)s…” dài quá %(max)s ký tự."), {"text": text[:30], "max": limit}
    for citation in item.citations:
        if len(citation.document) > 300 or len(citation.article) > 200:
            yield N_("Căn cứ dài quá: tên văn bản đến 300 ký tự, điều khoản đến 200 ký tự."), {}


def checked(found: Iterable[Found]) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """Tidied questions, and the faults of those that cannot be stored, each with its place."""
    good: list[Found] = []
    problems: list[Problem] = []
    for one in found:
        item = tidied(one.item)
        wrong = [Problem(one.at, reason, params) for reason, params in faults(item)]
        problems += wrong
        good.append(Found(item, one.at))
    return tuple(good), tuple(problems)


def content_hash(item: Item, situation_sha256: str | None = None) -> str:
    """SHA-256 of what a reviewer approves: everything that a taker or a marker may meet."""
    content: dict[str, Any] = msgspec.to_builtins(
        msgspec.structs.replace(item, code="", topic="", source="", tags=(), situation="")
    )
    return sha256(canonical_json(content | {"situation": situation_sha256}))


def situation_hash(situation: Situation) -> str:
    """SHA-256 of a situation's text and media, without its code."""
    return sha256(
        canonical_json(
            {
                "title": situation.title,
                "text": situation.text,
                "media": [[m.type, m.alt, hashlib.sha256(m.data).hexdigest()] for m in situation.media],
            }
        )
    )
