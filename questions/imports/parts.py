"""What a file holds, kept in pieces that are written, read and dropped one by one."""

from collections.abc import Callable, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from core.db import read, transaction
from questions.imports.models import ImportPart
from questions.items import Found, Situation

SLICE = 512 * 1024
PAGE = 50


def keep_content(file_id: int, data: bytes) -> None:
    """The bytes that were uploaded."""
    _keep(file_id, "content", _slices(data))


def keep_found(
    file_id: int, found: Sequence[Found], situations: Sequence[Situation], fence: Callable[[], None]
) -> None:
    """Questions, a page in each piece, and situations; what an interrupted try left is replaced.

    ``fence`` is called in each transaction and raises where somebody else works on the file.
    """
    drop(file_id, "found", "situations", fence=fence)
    pages = (found[start : start + PAGE] for start in range(0, len(found), PAGE))
    _keep(file_id, "found", map(msgspec.json.encode, pages), fence)
    _keep(file_id, "situations", _slices(msgspec.json.encode(situations)), fence)


def content(file_id: int) -> bytes:
    """The uploaded bytes; empty when they were dropped."""
    return b"".join(_pieces(file_id, "content"))


def found(file_id: int) -> list[Found]:
    """All questions in their order."""
    return [one for piece in _pieces(file_id, "found") for one in msgspec.json.decode(piece, type=list[Found])]


def page(file_id: int, number: int) -> list[Found]:
    """The questions of a page (from 1); none where there is no such page."""
    return at(file_id, {number - 1}).get(number - 1, [])


def at(file_id: int, numbers: set[int]) -> dict[int, list[Found]]:
    """Number of a piece (from 0) -> its questions: the question at position p stands in piece p // PAGE."""
    rows = read().execute(
        sa.select(ImportPart.number, ImportPart.data).where(
            ImportPart.file_id == file_id, ImportPart.kind == "found", ImportPart.number.in_(numbers)
        )
    )
    return {number: msgspec.json.decode(data, type=list[Found]) for number, data in rows}


def situations(file_id: int) -> list[Situation]:
    """All situations, with the bytes of their media."""
    whole = b"".join(_pieces(file_id, "situations"))
    return msgspec.json.decode(whole, type=list[Situation]) if whole else []


def drop(file_id: int, *kinds: str, fence: Callable[[], None] = lambda: None) -> None:
    """Forget pieces, each in a transaction of its own."""
    ids = read().scalars(sa.select(ImportPart.id).where(ImportPart.file_id == file_id, ImportPart.kind.in_(kinds)))
    for part_id in list(ids):
        with transaction() as session:
            fence()
            session.execute(sa.delete(ImportPart).where(ImportPart.id == part_id))


def drop_all(file_id: int) -> None:
    """Forget everything that a file holds."""
    drop(file_id, "content", "found", "situations")


def _slices(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), SLICE):
        yield data[start : start + SLICE]


def _keep(file_id: int, kind: str, pieces: Iterator[bytes], fence: Callable[[], None] = lambda: None) -> None:
    for number, data in enumerate(pieces):
        with transaction() as session:
            fence()
            session.execute(sa.insert(ImportPart).values(file_id=file_id, kind=kind, number=number, data=data))


def _pieces(file_id: int, kind: str) -> list[bytes]:
    return list(
        read().scalars(
            sa.select(ImportPart.data)
            .where(ImportPart.file_id == file_id, ImportPart.kind == kind)
            .order_by(ImportPart.number)
        )
    )
