"""Trying a change of keys (tính thử) as a job: every paper with the question is marked, nothing is changed."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec

from contest.attempts import key_changes
from contest.attempts.remarking import Effect
from contest.rounds import queries as rounds
from contest.rounds.queries import RoundView
from core import jobs
from core.access import Actor, Permission, require
from core.db import transaction
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.jobs import Job, Running

KIND = "rounds.key-rehearsal"


class Asked(msgspec.Struct, frozen=True):
    """What is tried: ``keys`` for a question (none: neutralised) of a pool revision.

    ``reason`` is what a proposal would give; ``change`` the proposal that waits already.
    """

    round: str
    revision: int
    version: int
    keys: list[int]
    reason: str = ""
    change: str = ""


def enqueue(
    *, actor: Actor, now: datetime, view: RoundView, version_id: int, keys: tuple[int, ...], reason: str, change: str
) -> Job:
    """Have it tried; raises as a proposal and its approval do. The same, under way, is not begun twice."""
    require(actor, Permission.CONTEST_MANAGE)
    key_changes.corrected(view, version_id=version_id, keys=keys)
    asked = Asked(view.id, view.revision, version_id, sorted(set(keys)), reason, change)
    params: dict[str, Any] = msgspec.to_builtins(asked)
    with transaction():
        last = jobs.latest(KIND, params)
        if last is not None and last.state in ("queued", "running"):
            return last
        title = f"Tính thử sửa đáp án – {view.title}"
        return jobs.enqueue(actor=actor, now=now, kind=KIND, title=title, params=params)


def job(running: Running) -> dict[str, Any]:
    """The handler of :func:`enqueue`'s job; its result is an :class:`Effect`."""
    asked = msgspec.convert(running.params, Asked)
    view = rounds.round_(asked.round, now=running.now, drafts=True)
    if view.revision != asked.revision:
        raise Conflict(N_("Bộ câu hỏi của vòng thi đã thay đổi sau khi yêu cầu tính thử. Đề nghị tính thử lại."))
    return asdict(key_changes.rehearse(view, version_id=asked.version, keys=tuple(asked.keys), report=running.progress))


def find(view: RoundView, job_id: str) -> tuple[Job, Asked]:
    """A trial of this round; raises :class:`NotFound`."""
    found = jobs.find(job_id)
    if found.kind != KIND or found.params["round"] != view.id:
        raise NotFound(N_("Không tìm thấy lần tính thử này."))
    return found, msgspec.convert(found.params, Asked)


def effect(found: Job) -> Effect | None:
    """What a finished trial found."""
    return msgspec.convert(found.result, Effect) if found.state == "done" else None
