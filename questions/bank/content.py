"""Between a stored version and the plain :class:`questions.items.Item` that formats know."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from core.db import read
from questions.bank.models import MediaFile, QuestionVersion, SituationVersion
from questions.items import Citation, Item, Kind, Media, Situation


def item_of(version: QuestionVersion) -> Item:
    """A version (with question, topic, citations and situation loaded) as plain data."""
    question = version.question
    return Item(
        stem=version.stem,
        choices=tuple(version.choices),
        keys=tuple(version.keys),
        kind=Kind(version.kind),
        shuffle=version.shuffle,
        explanation=version.explanation,
        citations=tuple(Citation(c.cited_as or c.document.title, c.article) for c in version.citations),
        topic=question.topic.code,
        difficulty=version.difficulty,
        tags=tuple(question.tags),
        source=question.source,
        situation=version.situation.code if version.situation else "",
        code=question.code,
    )


def fill(version: QuestionVersion, item: Item) -> None:
    """Put what is asked into a version; citations and situation are the service's."""
    version.kind = item.kind.value
    version.difficulty = item.difficulty or 2
    version.stem = item.stem
    version.choices = list(item.choices)
    version.keys = list(item.keys)
    version.shuffle = item.shuffle
    version.explanation = item.explanation


def situations_of(versions: Iterable[QuestionVersion], *, head: int | None = None) -> list[Situation]:
    """The situations that versions refer to, each once, with the bytes of their media (the first ``head``)."""
    rows = {v.situation.id: v.situation for v in versions if v.situation is not None}
    wanted = {media["sha256"] for row in rows.values() for media in row.media}
    data: dict[str, bytes] = {}
    if wanted:
        column = MediaFile.data if head is None else sa.func.substr(MediaFile.data, 1, head, type_=sa.LargeBinary)
        found = read().execute(sa.select(MediaFile.sha256, column.label("data")).where(MediaFile.sha256.in_(wanted)))
        data = {row.sha256: row.data for row in found}
    return [situation_of(row, data) for row in rows.values()]


def situation_of(row: SituationVersion, data: dict[str, bytes]) -> Situation:
    """A situation's row as plain data; ``data`` maps a hash to bytes."""
    return Situation(
        code=row.code,
        title=row.title,
        text=row.text,
        media=tuple(Media(m["name"], m["type"], m["alt"], data[m["sha256"]]) for m in row.media),
    )


def shown_situation(row: SituationVersion | None) -> dict[str, Any] | None:
    """A situation as papers freeze it: no bytes, media by their hash."""
    if row is None:
        return None
    return {
        "id": row.id,
        "title": row.title,
        "text": row.text,
        "media": [{"type": m["type"], "alt": m["alt"], "sha256": m["sha256"]} for m in row.media],
    }
