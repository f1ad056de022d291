"""Papers for a venue without network. Only what may be asked is printed; the seed works them out again."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.access import Actor
from core.clock import LOCAL
from core.db import transaction
from core.errors import Invalid
from core.i18n import N_
from questions.bank import queries
from questions.bank.models import Bank, QuestionVersion
from questions.documents.printed import PICTURES, VARIANTS_MAX, PrintedQuestion, Printing, package
from questions.drawing import Cell, by_cell, draw
from questions.exports.queries import PRINTED, media_bytes, versions_by_id
from questions.exports.service import bundled, chosen, require_taking_out
from questions.items import Kind
from questions.review import history

QUESTIONS_MAX = 100
PAGES_MAX = 1_000
"""Questions times variants: about five seconds of work."""
PICTURE_BYTES_MAX = 100 * 1024 * 1024
NAMED = 10
SEED_BYTES = 16


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands at the head of every paper, the time to answer, and how many variants (mã đề)."""

    title: str
    organiser: str
    minutes: int
    variants: int
    issued: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """A zip to hand over, and the seed that its papers follow from."""

    name: str
    data: bytes
    sha256: str
    seed: str


def available(bank: Bank, *, now: datetime) -> dict[tuple[str, int], int]:
    """(topic code, difficulty) -> questions of this bank that may be printed today."""
    return queries.available(owner_id=bank.owner_id, as_of=now.astimezone(LOCAL).date(), bank_id=bank.id)


def make(
    *,
    actor: Actor,
    now: datetime,
    bank: Bank,
    heading: Heading,
    cells: Sequence[Cell] = (),
    ids: Sequence[str] = (),
) -> Printed:
    """Papers with the questions that ``cells`` draw, or (without cells) with all of ``ids``.

    Raises :class:`Invalid` naming what may not be printed, what is lacking, and what is too much.
    """
    require_taking_out(actor, bank)
    seed = secrets.token_bytes(SEED_BYTES)
    asked = _drawn(bank, cells, seed, now) if cells else _all_of(actor, bank, ids, now)
    _refuse_too_much(asked, heading.variants)
    data = package(_printing(asked, heading, seed, now))
    digest = hashlib.sha256(data).hexdigest()
    with transaction():
        history.expose(actor=actor, now=now, version_ids=[v.id for v in asked], how=history.PRINTED)
        audit.record(
            actor=actor, now=now, action=PRINTED, subject=f"bank:{bank.public_id}",
            details={
                "title": heading.title, "variants": heading.variants, "seed": seed.hex(), "sha256": digest,
                "versions": sorted(version.id for version in asked),
                "blueprint": [[cell.topic, cell.difficulty, cell.count] for cell in cells],
            },
        )  # fmt: skip
    day = now.astimezone(LOCAL).date().isoformat()
    return Printed(f"de-thi-giay-{day}.zip", data, digest, seed.hex())


def _drawn(bank: Bank, cells: Sequence[Cell], seed: bytes, now: datetime) -> list[QuestionVersion]:
    if sum(cell.count for cell in cells) > QUESTIONS_MAX:
        raise _too_many_questions()
    pool = queries.pool(
        {cell.topic for cell in cells},
        owner_id=bank.owner_id, as_of=now.astimezone(LOCAL).date(), bank_id=bank.id,
    )  # fmt: skip
    try:
        slots = draw(by_cell(pool), cells, seed=seed, person="printed", number=1)
    except ValueError as error:
        raise Invalid(
            N_("Ngân hàng không đủ câu đã duyệt hoặc câu mẫu cho ma trận đề. Đề nghị giảm số câu ở các ô còn thiếu."),
            code="short",
        ) from error
    return versions_by_id(slot.version_id for slot in slots)


def _all_of(actor: Actor, bank: Bank, ids: Sequence[str], now: datetime) -> list[QuestionVersion]:
    if len(set(ids)) > QUESTIONS_MAX:
        raise _too_many_questions()
    newest = chosen(actor=actor, bank=bank, ids=ids)
    if not newest:
        raise Invalid(N_("Chưa chọn câu hỏi nào để in."), code="nothing-chosen")
    asked = queries.printable(bank, ids, as_of=now.astimezone(LOCAL).date())
    good = {version.question.code for version in asked}
    bad = [version.question.code for version in newest if version.question.code not in good]
    if bad:
        raise Invalid(
            N_("Chỉ in được câu đã duyệt và câu mẫu đang sử dụng. %(count)s câu chưa in được: %(codes)s."),
            code="not-printable",
            count=len(bad),
            codes=", ".join(bad[:NAMED]) + (", …" if len(bad) > NAMED else ""),
        )
    return asked


def _refuse_too_much(asked: Sequence[QuestionVersion], variants: int) -> None:
    if len(asked) > QUESTIONS_MAX:
        raise _too_many_questions()
    if not 1 <= variants <= VARIANTS_MAX or len(asked) * variants > PAGES_MAX:
        raise Invalid(
            N_("Số câu hỏi nhân số mã đề lớn quá 1.000."),
            fields={"variants": N_("Số câu hỏi nhân số mã đề không quá 1.000. Đề nghị giảm số mã đề hoặc số câu.")},
        )
    pictures = media_bytes([v.situation for v in asked if v.situation is not None], types=PICTURES)
    if pictures * variants > PICTURE_BYTES_MAX:
        raise Invalid(
            N_("Hình của các tình huống quá nặng để in."),
            fields={"variants": N_("Hình của các tình huống quá nặng để in từng ấy mã đề. Đề nghị giảm số mã đề.")},
        )


def _printing(asked: Sequence[QuestionVersion], heading: Heading, seed: bytes, now: datetime) -> Printing:
    bundle = bundled(asked)
    situations = {situation.code: situation for situation in bundle.situations}
    questions = tuple(
        PrintedQuestion(
            version_id=version.id,
            stem=item.stem,
            choices=item.choices,
            keys=item.keys,
            kind=Kind(version.kind),
            shuffle=item.shuffle,
            situation=situations.get(item.situation),
        )
        for version, item in zip(asked, bundle.items, strict=True)
    )
    return Printing(
        questions=questions,
        title=heading.title,
        organiser=heading.organiser,
        minutes=heading.minutes,
        variants=heading.variants,
        seed=seed,
        made_at=now.astimezone(LOCAL),
        issued=heading.issued,
    )


def _too_many_questions() -> Invalid:
    return Invalid(N_("Một đề in có tối đa 100 câu hỏi. Đề nghị giảm số câu."), code="too-many")
