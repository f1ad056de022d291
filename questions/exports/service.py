"""Files of questions: what a format cannot carry is said before, who took which keys is kept.

Only who writes or reviews in a bank takes questions out of it. A file hands over every key at
once, while a reader is shown keys one question at a time; and whoever may change a bank's
questions, or decide on them, works with their keys anyway. A bank that is only shared is drawn
from; nothing is taken out of it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from core import audit
from core.access import Actor, Permission
from core.clock import LOCAL
from core.db import transaction
from core.errors import Invalid, NotFound
from core.i18n import N_
from questions.bank import queries
from questions.bank.access import may, require_bank
from questions.bank.content import item_of, situations_of
from questions.bank.models import Bank, QuestionVersion, SituationVersion
from questions.exports.queries import EXPORTED, media_bytes
from questions.formats import FORMATS, Format
from questions.items import Bundle, Item, Situation
from questions.review import history

LIMITS = {"docx": 2_000, "xlsx": 10_000, "qti": 10_000}
"""Questions a file at most where writing is slow (Word about 2 ms each); every other format takes ``EXPORT_MAX``."""
EXPORT_MAX = 20_000
REQUEST_MAX = 5_000
"""Questions that pages handle, so that a request stays under ten seconds; the command takes more."""
COMPARED_MAX = 500
"""Questions that the page compares with every format at once; of more with the one that was chosen."""
MEDIA_MAX = 100 * 1024 * 1024
HEAD = 16  # bytes that tell what a picture is


@dataclass(frozen=True, slots=True)
class Loss:
    """What a format cannot carry (a msgid), and the codes of the questions that this concerns."""

    reason: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """How questions fit a format: how many it carries, the codes of the others, what gets lost on the way."""

    format: Format
    carried: int
    skipped: tuple[str, ...]
    losses: tuple[Loss, ...]
    limit: int

    @property
    def too_many(self) -> bool:
        """Whether one file cannot hold them."""
        return self.carried > self.limit


@dataclass(frozen=True, slots=True)
class Written:
    """A file to hand over, and how its questions fit the format."""

    name: str
    data: bytes
    sha256: str
    fit: Fit


def require_taking_out(actor: Actor, bank: Bank) -> None:
    """Raise unless ``actor`` writes or reviews in ``bank`` (why: see the module)."""
    if not may(actor, Permission.BANK_WRITE, bank.owner_id):
        require_bank(actor, Permission.BANK_REVIEW, bank)


def chosen(*, actor: Actor, bank: Bank, ids: Sequence[str], drawn: bool = False) -> list[QuestionVersion]:
    """The newest (or the drawn) wordings of questions of ``bank``, whole; raises for a foreign one."""
    return queries.versions(_own(actor, bank, ids), drawn=drawn)


def states(*, actor: Actor, bank: Bank, ids: Sequence[str], drawn: bool = False) -> list[str]:
    """The states of what :func:`chosen` would give, without reading it."""
    return queries.states(_own(actor, bank, ids), drawn=drawn)


def fits(versions: Sequence[QuestionVersion], names: Iterable[str] = tuple(FORMATS)) -> list[Fit]:
    """How these wordings fit each format; of their media only what tells their type is read."""
    bundle = bundled(versions, head=HEAD)
    return [_fit(bundle, FORMATS[name]) for name in names]


def bundled(versions: Sequence[QuestionVersion], *, head: int | None = None) -> Bundle:
    """Wordings as plain data with their situations; ``head`` bytes of each medium, if given.

    Two wordings of one situation share its code: the newest keeps it, an older one gets its number.
    """
    rows = {version.situation.id: version.situation for version in versions if version.situation is not None}
    names = _situation_names(rows.values())
    situations = [
        msgspec.structs.replace(situation, code=names[row_id])
        for row_id, situation in zip(rows, situations_of(versions, head=head), strict=True)
    ]
    items = [
        msgspec.structs.replace(item_of(version), situation=names[version.situation.id] if version.situation else "")
        for version in versions
    ]
    return Bundle(tuple(items), tuple(situations))


def write(
    *, actor: Actor, now: datetime, bank: Bank, ids: Sequence[str], format_name: str, drawn: bool = False
) -> Written:
    """A file of questions. Who took which keys, and the file's hash, are kept before it is handed over.

    Raises :class:`Invalid` for an unknown format, for nothing to write, and for too much.
    """
    format_ = FORMATS.get(format_name)
    if format_ is None:
        raise Invalid(N_("Chưa chọn định dạng tệp."), code="no-format")
    versions = chosen(actor=actor, bank=bank, ids=ids, drawn=drawn)
    fit = fits(versions, [format_name])[0]
    _refuse(fit, versions)
    gone = set(fit.skipped)
    kept = [version for version in versions if version.question.code not in gone]
    data = format_.load().write(bundled(kept))
    digest = hashlib.sha256(data).hexdigest()
    with transaction():
        history.expose(actor=actor, now=now, version_ids=[v.id for v in kept], how=history.EXPORTED)
        audit.record(
            actor=actor, now=now, action=EXPORTED, subject=f"bank:{bank.public_id}",
            details={
                "count": len(kept), "skipped": len(gone), "format": format_name,
                "wordings": "drawn" if drawn else "newest", "sha256": digest,
            },
        )  # fmt: skip
    day = now.astimezone(LOCAL).date().isoformat()
    return Written(f"ngan-hang-cau-hoi-{day}.{format_.ending}", data, digest, fit)


def _own(actor: Actor, bank: Bank, ids: Sequence[str]) -> list[str]:
    require_taking_out(actor, bank)
    wanted = list(dict.fromkeys(ids))
    if len(queries.within(bank, wanted)) < len(wanted):
        raise NotFound(N_("Có câu hỏi đã chọn không còn trong ngân hàng. Đề nghị tải lại danh sách."))
    return wanted


def _refuse(fit: Fit, versions: Sequence[QuestionVersion]) -> None:
    if not versions:
        raise Invalid(N_("Chưa có câu hỏi nào để xuất. Đề nghị chọn lại câu hỏi."), code="nothing-chosen")
    if not fit.carried:
        raise Invalid(
            N_("Định dạng %(format)s không ghi được câu nào trong các câu đã chọn."),
            code="nothing-carried",
            format=fit.format.label,
        )
    if fit.too_many:
        raise Invalid(
            N_("Mỗi tệp %(format)s xuất được tối đa %(max)s câu hỏi. Đề nghị lọc hẹp hơn hoặc chọn định dạng khác."),
            code="too-many",
            format=fit.format.label,
            max=fit.limit,
        )
    if media_bytes(v.situation for v in versions if v.situation is not None) > MEDIA_MAX:
        raise Invalid(
            N_("Hình, âm thanh, phim của các tình huống đã chọn nặng quá 100 MB. Đề nghị xuất thành nhiều phần."),
            code="media-too-heavy",
        )


def _fit(bundle: Bundle, format_: Format) -> Fit:
    module = format_.load()
    carries = getattr(module, "carries", lambda item: True)
    situations: dict[str, Situation] = {situation.code: situation for situation in bundle.situations}
    kept: list[Item] = [item for item in bundle.items if carries(item)]
    lost: dict[str, list[str]] = {}
    for item in kept:
        for reason in module.losses(item, situations.get(item.situation)):
            lost.setdefault(reason, []).append(item.code)
    return Fit(
        format=format_,
        carried=len(kept),
        skipped=tuple(item.code for item in bundle.items if not carries(item)),
        losses=tuple(Loss(reason, tuple(codes)) for reason, codes in lost.items()),
        limit=LIMITS.get(format_.name, EXPORT_MAX),
    )


def _situation_names(rows: Iterable[SituationVersion]) -> dict[int, str]:
    names: dict[int, str] = {}
    taken: set[str] = set()
    for row in sorted(rows, key=lambda row: row.number, reverse=True):
        name, suffix = row.code, row.number
        while name in taken:
            name = f"{row.code[:50]} ({suffix})"
            suffix += 1
        taken.add(name)
        names[row.id] = name
    return names
