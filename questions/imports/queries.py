"""Read models of import files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access import Actor, Permission
from core.db import read
from core.errors import NotFound
from core.i18n import N_
from core.jobs import Job
from questions.bank.access import require_bank
from questions.bank.models import Bank, Question, QuestionVersion
from questions.imports import parts
from questions.imports.models import ImportFile
from questions.items import Found

INTERRUPTED = N_("Việc đọc hoặc ghi tệp bị ngắt giữa chừng; chưa câu nào được ghi.")
NEAR_SHOWN = 100
LIKELY = 97
"""From so many percent on, two questions are most likely one."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as it stands: one whose job died is ``refused`` or, when it was being written, ``ready`` again."""

    file: ImportFile
    bank: Bank
    job: Job | None
    state: str
    refusal: dict[str, Any]

    @property
    def pages(self) -> int:
        """How many pages its questions take."""
        return max(1, -(-int(self.file.counts.get("questions", 0)) // parts.PAGE))


@dataclass(frozen=True, slots=True)
class Near:
    """A question of the file that is like another: of the bank (``code``, ``question_id``) or of the file (``at``)."""

    place: int
    one: Found
    percent: int
    stem: str
    choices: tuple[str, ...]
    code: str = ""
    question_id: str = ""
    at: str = ""

    @property
    def likely(self) -> bool:
        """Whether it is most likely the same question."""
        return self.percent >= LIKELY


def of(actor: Actor, file_id: str) -> FileView:
    """A file of a bank that ``actor`` writes in; raises :class:`NotFound`."""
    file = read().scalar(sa.select(ImportFile).where(ImportFile.public_id == file_id))
    if file is None:
        raise NotFound(N_("Không tìm thấy tệp nhập này."))
    bank = read().get_one(Bank, file.bank_id)
    require_bank(actor, Permission.BANK_WRITE, bank)
    job = read().scalar(sa.select(Job).where(Job.public_id == file.job_id))
    return _view(file, bank, job)


def recent(bank: Bank, limit: int = 20) -> list[FileView]:
    """A bank's newest files."""
    rows = read().execute(
        sa.select(ImportFile, Job)
        .outerjoin(Job, Job.public_id == ImportFile.job_id)
        .where(ImportFile.bank_id == bank.id)
        .order_by(ImportFile.id.desc())
        .limit(limit)
    )
    return [_view(file, bank, job) for file, job in rows]


def stalled(file: ImportFile, job: Job | None) -> bool:
    """Whether nobody works on a file that waits for work."""
    return file.state in ("reading", "writing") and (job is None or job.state in ("failed", "done"))


def _view(file: ImportFile, bank: Bank, job: Job | None) -> FileView:
    if not stalled(file, job):
        return FileView(file, bank, job, file.state, file.refusal)
    state = "refused" if file.state == "reading" else "ready"
    return FileView(file, bank, job, state, file.refusal or {"message": INTERRUPTED, "params": {}})


def near(view: FileView) -> list[Near]:
    """The pairs most alike first, with both texts; :data:`NEAR_SHOWN` at most."""
    pairs = sorted(view.file.duplicates, key=lambda pair: -pair[3])[:NEAR_SHOWN]
    places = {pair[0] for pair in pairs} | {pair[1] for pair in pairs if pair[2]}
    pieces = parts.at(view.file.id, {place // parts.PAGE for place in places})
    here = {place: pieces[place // parts.PAGE][place % parts.PAGE] for place in places if place // parts.PAGE in pieces}
    known = _known(view.bank, [pair[1] for pair in pairs if not pair[2]])
    found = []
    for place, other, in_file, percent in pairs:
        if place not in here:
            continue
        if in_file and other in here:
            item = here[other].item
            found.append(Near(place, here[place], percent, item.stem, item.choices, at=here[other].at))
        elif other in known:
            question_id, stem, choices = known[other]
            found.append(Near(place, here[place], percent, stem, choices, code=other, question_id=question_id))
    return found


def _known(bank: Bank, codes: Sequence[str]) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    rows = read().execute(
        sa.select(Question.code, Question.public_id, QuestionVersion.stem, QuestionVersion.choices)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.bank_id == bank.id, Question.code.in_(codes), QuestionVersion.newest)
    )
    return {code: (question_id, stem, tuple(choices)) for code, question_id, stem, choices in rows}


def added(view: FileView, *, page: int = 1) -> tuple[list[tuple[str, str, str]], int]:
    """A page of what a file brought in, as (public id, code, stem), and how many questions that are in all."""
    query = (
        sa.select(Question.public_id, Question.code, QuestionVersion.stem)
        .join(QuestionVersion, sa.and_(QuestionVersion.question_id == Question.id, QuestionVersion.newest))
        .where(Question.import_id == view.file.id)
    )
    total = read().scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    rows = read().execute(query.order_by(Question.id).limit(parts.PAGE).offset((page - 1) * parts.PAGE))
    return [(question_id, code, stem) for question_id, code, stem in rows], total
