"""Verbs of import files: take a file, read it in a job, show a preview, bring it in or drop it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from core import audit, jobs
from core.access import Actor, Permission
from core.db import read, transaction
from core.errors import Conflict, DomainError, Invalid
from core.i18n import N_
from core.ids import public_id
from core.jobs import Job, Running, Superseded, plain
from core.text import fold, tidy
from questions.bank import service as bank_verbs
from questions.bank.access import require_bank
from questions.bank.models import Bank, Question, QuestionVersion, Topic, VersionCitation
from questions.formats import FORMATS, guessed
from questions.formats.bounds import refuse_size
from questions.formats.reading import read_file
from questions.imports import checking, parts, queries
from questions.imports.models import ImportFile
from questions.items import Item, Reading, Situation
from questions.review import service as review

READ, WRITE = "questions.read", "questions.write"
# Questions in one transaction: SQLite lets nobody else write meanwhile, and 50 ms is what others may wait.
BATCH = 10
KEEP = timedelta(days=7)
SHOWN_MAX = 1_000
NOTHING = N_("Chưa chọn câu hỏi nào để nhập.")
BROKEN = N_("Có lỗi của hệ thống khi xử lý tệp; lỗi đã được ghi lại. Chưa câu nào được ghi.")


class Defaults(msgspec.Struct, frozen=True):
    """What questions get that say nothing themselves."""

    topic: str = ""
    difficulty: int = 2
    submit: bool = False


def take(*, actor: Actor, now: datetime, bank: Bank, name: str, data: bytes, format_name: str = "") -> ImportFile:
    """Keep a file and have it read; raises :class:`Invalid` for what cannot be one at all."""
    require_bank(actor, Permission.BANK_WRITE, bank)
    refuse_size(data)
    name = tidy(name)[-200:] or "tệp"
    chosen = FORMATS[format_name] if format_name in FORMATS else guessed(name, data)
    file = _file(actor, now, bank, name, chosen.name, data, state="reading")
    parts.keep_content(file.id, data)
    with transaction():
        params = {"file": file.public_id}
        job = jobs.enqueue(actor=actor, now=now, kind=READ, title=f"Đọc tệp {name}", params=params)
        _set(file, {"job_id": job.public_id})
    return file


def read_job(running: Running) -> dict[str, Any]:
    """Read a kept file into its preview."""
    file = _by_id(running.params["file"])
    if file.state == "reading":
        try:
            values = _preview(running, file)
        except DomainError as error:
            values = {"state": "refused", "refusal": _refusal(error)}
        except Superseded:
            raise
        except Exception:
            _set(file, {"state": "refused", "refusal": {"message": BROKEN, "params": {}}})
            parts.drop_all(file.id)
            raise
        with transaction():
            running.progress(2, 2)
            _set(file, values)
    parts.drop(file.id, "content")
    return {"file": file.public_id}


def bring_in(*, actor: Actor, now: datetime, file_id: str, defaults: Defaults, skip: frozenset[int]) -> ImportFile:
    """Write a preview's questions as drafts, all but those at the positions ``skip``, all or none.

    Raises :class:`Conflict` while the file has problems, :class:`Invalid` where a topic is unknown.
    """
    file = queries.of(actor, file_id).file
    # What was found never changes: only the state is decided under the lock, which others wait for.
    chosen = [one.item for place, one in enumerate(parts.found(file.id)) if place not in skip]
    topics = {completed(item, defaults).topic for item in chosen}
    with transaction() as session:
        file, idle = _locked(file_id)
        if file.state != "ready" and not (file.state == "writing" and idle):
            raise Conflict(N_("Tệp này không còn chờ nhập."), code="not-ready")
        if file.problems:
            raise Conflict(
                N_("Tệp có %(count)s lỗi; chưa câu nào được ghi. Đề nghị tải danh sách lỗi, sửa rồi nhập lại."),
                code="has-problems",
                count=file.counts["problems"],
            )
        if not chosen:
            raise Invalid(NOTHING, fields={"skip": NOTHING}, code="nothing-chosen")
        refuse_unknown_topics(topics)
        params = {"file": file_id, "defaults": msgspec.to_builtins(defaults), "skip": sorted(skip)}
        job = jobs.enqueue(actor=actor, now=now, kind=WRITE, title=f"Nhập tệp {file.name}", params=params)
        file.state, file.job_id, file.refusal = "writing", job.public_id, {}
        session.flush()
    return file


def write_job(running: Running) -> dict[str, Any]:
    """Write in small transactions; nobody sees a question before the last, which is one UPDATE."""
    file = _by_id(running.params["file"])
    defaults = msgspec.convert(running.params["defaults"], Defaults)
    if file.state == "writing":
        skip = set(running.params["skip"])
        chosen = [one.item for place, one in enumerate(parts.found(file.id)) if place not in skip]
        _write(running.actor, running.now, file, chosen, parts.situations(file.id), defaults, running.progress)
        parts.drop_all(file.id)
    if file.state == "done" and defaults.submit:
        _submit(running.actor, running.now, file, running.progress)
    return {"file": file.public_id}


def bring_in_now(
    *, actor: Actor, now: datetime, bank: Bank, name: str, data: bytes, reading: Reading, defaults: Defaults
) -> ImportFile:
    """Write what was read from a file without a preview (commands), all or none."""
    require_bank(actor, Permission.BANK_WRITE, bank)
    items = [one.item for one in reading.found]
    refuse_unknown_topics({completed(item, defaults).topic for item in items})
    file = _file(actor, now, bank, tidy(name)[-200:], "", data, state="writing")
    _write(actor, now, file, items, reading.situations, defaults, lambda done, total: None)
    if defaults.submit:
        _submit(actor, now, file, lambda done, total: None)
    return file


def discard(*, actor: Actor, now: datetime, file_id: str) -> None:
    """Drop a file that is not in yet; nothing of it is left."""
    queries.of(actor, file_id)
    with transaction():
        file, idle = _locked(file_id)
        if file.state == "done" or (file.state == "writing" and not idle):
            raise Conflict(N_("Tệp đã được nhập, không bỏ được nữa."), code="already-in")
        file.state, file.duplicates = "discarded", []
        audit.record(actor=actor, now=now, action="import.discarded", subject=f"import:{file_id}")
    parts.drop_all(file.id)
    _sweep_away(file)


def forget_old(*, now: datetime) -> None:
    """After a week drop what files hold that nobody brought in, and what died on its way."""
    old = read().execute(
        sa.select(ImportFile, Job)
        .outerjoin(Job, Job.public_id == ImportFile.job_id)
        .where(ImportFile.state != "done", ImportFile.created_at < now - KEEP)
    )
    for file, job in old.all():
        if file.state in ("ready", "refused") or queries.stalled(file, job):
            _set(file, {"state": "refused" if file.state == "refused" else "discarded", "duplicates": []})
        if file.state in ("discarded", "refused"):
            parts.drop_all(file.id)
            _sweep_away(file)


def completed(item: Item, defaults: Defaults) -> Item:
    """A question with what the defaults add where it says nothing."""
    return msgspec.structs.replace(
        item, topic=item.topic or defaults.topic, difficulty=item.difficulty or defaults.difficulty
    )


def refuse_unknown_topics(named: set[str]) -> None:
    """Raise :class:`Invalid` where a question would stand under no topic, or under one that does not exist."""
    if "" in named:
        raise Invalid(
            N_("Có câu chưa ghi chủ đề: đề nghị chọn chủ đề cho các câu này."),
            fields={"topic": N_("Đề nghị chọn chủ đề.")},
            code="no-topic",
        )
    if unknown := unknown_topics(named):
        raise Invalid(
            N_("Chưa có chủ đề: %(topics)s. Đề nghị thêm chủ đề, hoặc sửa tệp."),
            fields={"unknown": N_("Có chủ đề chưa có trong hệ thống.")},
            code="unknown-topics",
            topics="; ".join(unknown)[:300],
        )


def unknown_topics(named: Iterable[str]) -> list[str]:
    """Those of the named topics, by code or name, that do not exist; sorted."""
    rows = read().execute(sa.select(Topic.code, Topic.name)).all()
    known = {row.code for row in rows} | {fold(row.name) for row in rows}
    return sorted(topic for topic in named if topic and topic not in known and fold(topic) not in known)


def _preview(running: Running, file: ImportFile) -> dict[str, Any]:
    reading, _ = read_file(parts.content(file.id), name=file.name, format_name=file.format)
    running.progress(1, 2)
    reading = checking.checked(reading)
    near = checking.near(read().get_one(Bank, file.bank_id), reading.found)
    running.progress(1, 2)
    parts.keep_found(file.id, reading.found, reading.situations)
    return {
        "state": "ready",
        "counts": {
            "questions": len(reading.found),
            "situations": len(reading.situations),
            "problems": len(reading.problems),
            "notes": len(reading.notes),
            "near": len(near),
            "topics": dict(Counter(one.item.topic for one in reading.found)),
            "no_difficulty": sum(one.item.difficulty is None for one in reading.found),
        },
        "problems": msgspec.to_builtins(reading.problems[:SHOWN_MAX]),
        "notes": msgspec.to_builtins(reading.notes[:SHOWN_MAX]),
        "duplicates": near,
    }


def _write(
    actor: Actor,
    now: datetime,
    file: ImportFile,
    items: list[Item],
    situations: Iterable[Situation],
    defaults: Defaults,
    progress: Callable[[int, int], None],
) -> None:
    """Write all, then show all; after any failure nothing is left and the preview stands again."""
    bank = read().get_one(Bank, file.bank_id)
    by_code = {situation.code: situation for situation in situations}
    _sweep_away(file)  # what an interrupted try left
    codes = bank_verbs.Codes(bank.id)
    try:
        for start in range(0, len(items), BATCH):
            batch = [completed(item, defaults) for item in items[start : start + BATCH]]
            wanted = {item.situation for item in batch} & set(by_code)
            with transaction():
                bank_verbs.add(
                    actor=actor,
                    now=now,
                    bank=bank,
                    items=batch,
                    situations=[by_code[code] for code in sorted(wanted)],
                    import_id=file.id,
                    codes=codes,
                )
                progress(start + len(batch), len(items))
        with transaction():
            progress(len(items), len(items))
            _set(file, {"state": "done", "done_at": now, "refusal": {}, "duplicates": []})
            details = {"count": len(items), "sha256": file.sha256}
            audit.record(
                actor=actor, now=now, action="import.done", subject=f"import:{file.public_id}", details=details
            )
    except Superseded:
        raise
    except Exception as error:
        _sweep_away(file)
        refusal = _refusal(error) if isinstance(error, DomainError) else {"message": BROKEN, "params": {}}
        _set(file, {"state": "ready", "refusal": refusal})
        raise


def _submit(actor: Actor, now: datetime, file: ImportFile, progress: Callable[[int, int], None]) -> None:
    drafts = (
        sa.select(Question.public_id)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(Question.import_id == file.id, QuestionVersion.newest, QuestionVersion.state == "draft")
    )
    ids = list(read().scalars(drafts.order_by(Question.id)))
    for start in range(0, len(ids), BATCH):
        with transaction():
            review.submit(actor=actor, now=now, question_ids=ids[start : start + BATCH])
            progress(start + BATCH, max(len(ids), start + BATCH))


def _file(
    actor: Actor, now: datetime, bank: Bank, name: str, format_name: str, data: bytes, *, state: str
) -> ImportFile:
    file = ImportFile(
        public_id=public_id(),
        bank_id=bank.id,
        name=name,
        format=format_name,
        sha256=hashlib.sha256(data).hexdigest(),
        state=state,
        job_id="",
        counts={},
        problems=[],
        notes=[],
        duplicates=[],
        refusal={},
        person_id=actor.person_id,
        person_name=actor.full_name,
        created_at=now,
    )
    with transaction() as session:
        session.add(file)
    return file


def _by_id(file_id: str) -> ImportFile:
    return read().scalars(sa.select(ImportFile).where(ImportFile.public_id == file_id)).one()


def _locked(file_id: str) -> tuple[ImportFile, bool]:
    """A file, locked, and whether no job works on it."""
    with transaction() as session:
        file = session.scalars(
            sa.select(ImportFile)
            .where(ImportFile.public_id == file_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        return file, queries.stalled(file, session.scalar(sa.select(Job).where(Job.public_id == file.job_id)))


def _set(file: ImportFile, values: dict[str, Any]) -> None:
    with transaction() as session:
        session.execute(sa.update(ImportFile).where(ImportFile.id == file.id).values(**values))
    for name, value in values.items():
        set_committed_value(file, name, value)


def _refusal(error: DomainError) -> dict[str, Any]:
    return {"message": error.message, "params": plain(error.params)}


def _sweep_away(file: ImportFile) -> None:
    # Drafts that nobody has seen: the one kind of question that is ever deleted.
    while True:
        with transaction() as session:
            ids = list(session.scalars(sa.select(Question.id).where(Question.import_id == file.id).limit(BATCH)))
            if not ids:
                return
            versions = sa.select(QuestionVersion.id).where(QuestionVersion.question_id.in_(ids))
            session.execute(sa.delete(VersionCitation).where(VersionCitation.version_id.in_(versions)))
            session.execute(sa.delete(QuestionVersion).where(QuestionVersion.question_id.in_(ids)))
            session.execute(sa.delete(Question).where(Question.id.in_(ids)))
