"""Verbs of import files: take a file, read it in a job, show a preview, bring it in or drop it."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from core import audit, jobs
from core.access import Actor, Permission
from core.db import read, transaction
from core.errors import Conflict, DomainError, Invalid
from core.i18n import N_
from core.ids import public_id
from core.jobs import Job, Running, Superseded
from core.text import fold, tidy
from questions.bank.access import require_bank
from questions.bank.models import Bank, Topic
from questions.formats import FORMATS, guessed
from questions.formats.bounds import refuse_size
from questions.formats.reading import read_file
from questions.imports import checking, parts, queries, states, writing
from questions.imports.models import ImportFile, ImportPart
from questions.items import Item, Reading

READ, WRITE = "questions.read", "questions.write"
KEEP = timedelta(days=7)
SHOWN_MAX = 1_000
NOTHING = N_("Chưa chọn câu hỏi nào để nhập.")


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
        states.change(file, "reading", {"job_id": job.public_id})
    return file


def read_job(running: Running) -> dict[str, Any]:
    """Read a kept file into its preview."""
    file = _by_id(running.params["file"])
    if file.state == "reading":
        try:
            _read(running, file, _preview(running, file))
        except (Superseded, OperationalError):
            raise
        except Exception as error:
            _read(running, file, {"state": "refused", "refusal": states.refusal(error)})
            if not isinstance(error, DomainError):
                raise
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
            raise _not_waiting()
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
        found = enumerate(parts.found(file.id))
        chosen = [completed(one.item, defaults) for place, one in found if place not in skip]
        writing.write(running, file, chosen, parts.situations(file.id))
    if file.state == "done":
        parts.drop_all(file.id)
        if defaults.submit:
            writing.submit(running, file)
    return {"file": file.public_id}


def bring_in_now(
    *, actor: Actor, now: datetime, bank: Bank, name: str, data: bytes, reading: Reading, defaults: Defaults
) -> ImportFile:
    """Write what was read from a file without a preview (commands), all or none.

    It is a job that this process runs itself: what a kill interrupts, the worker finishes.
    """
    require_bank(actor, Permission.BANK_WRITE, bank)
    refuse_unknown_topics({completed(one.item, defaults).topic for one in reading.found})
    with transaction():
        file = _file(actor, now, bank, tidy(name)[-200:], "", data, state="reading")
        params = {"file": file.public_id, "defaults": msgspec.to_builtins(defaults), "skip": []}
        title = f"Nhập tệp {file.name}"
        job = jobs.enqueue(actor=actor, now=now, kind=WRITE, title=title, params=params, here=True)
        file.job_id = job.public_id
    parts.keep_found(file.id, reading.found, reading.situations, lambda: None)
    if not states.change(file, "reading", {"state": "writing", "counts": _counts(reading)}):
        parts.drop_all(file.id)
        raise _not_waiting()
    jobs.run(job.public_id)
    job = jobs.find(job.public_id)
    if job.state != "done":
        raise Conflict(job.error or queries.INTERRUPTED, **job.result.get("params", {}))
    return _by_id(file.public_id)


def discard(*, actor: Actor, now: datetime, file_id: str) -> None:
    """Drop a file that is not in yet; nothing of it is left."""
    queries.of(actor, file_id)
    with transaction():
        file, idle = _locked(file_id)
        if file.state == "done" or (file.state == "writing" and not idle):
            raise Conflict(N_("Tệp đã được nhập, không bỏ được nữa."), code="already-in")
        file.state, file.duplicates = "discarded", []
        audit.record(actor=actor, now=now, action="import.discarded", subject=f"import:{file_id}")
    _empty(file)


def forget_old(*, now: datetime) -> None:
    """After a week drop what files hold that nobody brought in, and what died on its way."""
    held = sa.exists().where(ImportPart.file_id == ImportFile.id)
    old = read().scalars(
        sa.select(ImportFile.public_id).where(ImportFile.state != "done", ImportFile.created_at < now - KEEP, held)
    )
    for file_id in old.all():
        with transaction():
            file, idle = _locked(file_id)
            if file.state == "ready" or idle:
                file.state, file.duplicates = "discarded", []
        if file.state in ("discarded", "refused"):
            _empty(file)


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
    bank = read().get_one(Bank, file.bank_id)
    reading = checking.placed(bank, checking.checked(reading))
    near = checking.near(bank, reading.found)
    parts.keep_found(file.id, reading.found, reading.situations, lambda: running.progress(1, 2))
    return {
        "state": "ready",
        "counts": _counts(reading) | {"near": len(near)},
        "problems": msgspec.to_builtins(reading.problems[:SHOWN_MAX]),
        "notes": msgspec.to_builtins(reading.notes[:SHOWN_MAX]),
        "duplicates": near,
    }


def _counts(reading: Reading) -> dict[str, Any]:
    return {
        "questions": len(reading.found),
        "situations": len(reading.situations),
        "problems": len(reading.problems),
        "notes": len(reading.notes),
        "near": 0,
        "topics": dict(Counter(one.item.topic for one in reading.found)),
        "no_difficulty": sum(one.item.difficulty is None for one in reading.found),
    }


def _read(running: Running, file: ImportFile, values: dict[str, Any]) -> None:
    """Say what reading came to, unless the file was discarded meanwhile; then nothing of it is left."""
    with transaction():
        running.progress(2, 2)
        waited_for = states.change(file, "reading", values)
    if waited_for and values["state"] == "ready":
        parts.drop(file.id, "content")
    else:
        parts.drop_all(file.id)


def _empty(file: ImportFile) -> None:
    # Pieces last: a file that has some left is looked through again.
    writing.sweep_away(file)
    parts.drop_all(file.id)


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


def _not_waiting() -> Conflict:
    return Conflict(N_("Tệp này không còn chờ nhập."), code="not-ready")
