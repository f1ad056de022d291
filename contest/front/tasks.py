"""Tác vụ: long work of the desk, with how far it is and where its result stands."""

from flask import Blueprint, Response, url_for
from flask_babel import gettext

from contest.attempts import key_rehearsals
from contest.attempts.incidents import service as incidents
from contest.front import rehearsal
from contest.rounds import prize_trial
from core import jobs
from core.access import Actor, Permission
from core.errors import Forbidden, NotFound
from core.i18n import N_
from core.jobs import Job
from core.web.api import json
from core.web.identity import require_viewer
from core.web.pages import page, private
from questions.imports import service as imports

blueprint = Blueprint("tasks", __name__, url_prefix="/organiser/tasks")
STATES = ("running", "queued", "failed", "done")


@blueprint.get("")
def index() -> Response:
    """Everybody's tasks for the committee, one's own for the others who work at the desk."""
    actor = _at_desk()
    recent = jobs.recent(100, person_id=None if actor.is_organiser else actor.person_id)
    return page(
        "organiser/tasks.html",
        groups=[(state, [job for job in recent if job.state == state]) for state in STATES],
        all_people=actor.is_organiser,
        target=_target,
    )


@blueprint.get("/<pid:job_id>.json")
def progress(job_id: str) -> Response:
    """How far a task is, for pages that wait."""
    actor, job = _at_desk(), jobs.find(job_id)
    if not actor.is_organiser and job.person_id != actor.person_id:
        raise NotFound(N_("Không tìm thấy tác vụ này."))
    error = gettext(job.error, **job.result.get("params", {})) if job.error else ""
    return private(json({"state": job.state, "done": job.done, "total": job.total, "error": error}))


def _at_desk() -> Actor:
    actor = require_viewer()
    if not (actor.may(Permission.CONTEST_MANAGE) or actor.works_in_bank):
        raise Forbidden(N_("Tài khoản này không có quyền xem các tác vụ. Đề nghị liên hệ Ban Tổ chức."))
    return actor


def _target(job: Job) -> str | None:
    """Where what the task made stands, by its kind."""
    if job.kind in (imports.READ, imports.WRITE):
        return url_for("imports.show", file_id=job.params["file"])
    if job.kind == prize_trial.KIND:
        return url_for("simulation.show", round_id=job.params["round"])
    if job.kind == rehearsal.KIND:
        return url_for("rehearsals.index", round_id=job.params["round"])
    if job.kind == key_rehearsals.KIND:
        return url_for("round_keys.rehearsed", round_id=job.params["round"], job_id=job.public_id)
    if job.kind == incidents.KIND:
        return url_for("incidents.show", incident_id=job.params["incident"])
    return None
