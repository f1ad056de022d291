"""Sai đáp án: find a question of a round, rehearse other keys, propose them; a second person decides.

The keys of the round are handed out by POST alone, which records it; by GET only who was handed them sees them.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.attempts import key_changes, key_rehearsals
from contest.attempts import queries as attempts
from contest.attempts.key_rehearsals import Asked
from contest.front.round_page import back
from contest.people import queries as people
from contest.rounds import queries as rounds
from contest.rounds.queries import RoundView
from core.access import Actor, Permission, require
from core.errors import DomainError, NotFound
from core.i18n import N_
from core.jobs import Job
from core.text import fold
from core.web.forms import told, whole_number
from core.web.identity import require_viewer
from core.web.pages import page, request_now
from questions.bank import usage_queries
from questions.drawing import PoolItem
from questions.review import history

blueprint = Blueprint("round_keys", __name__, url_prefix="/organiser/rounds/<pid:round_id>/keys")
SHOWN = 20


@blueprint.get("")
def index(round_id: str) -> Response:
    """Find a question of the pool; one that is named is shown without its keys."""
    _, view = _asked_for(round_id)
    change_id, version = request.args.get("change"), request.args.get("version")
    if not (change_id or version):
        return _list_page(view)
    change = _proposal(view, change_id) if change_id else None
    return _question_page(view, change.version_id if change else whole_number(version, 0), change=change)


@blueprint.post("")
def show(round_id: str) -> ResponseReturnValue:
    """Hiện đáp án: the question with the keys that mark it, recorded; what a proposal would do is tried."""
    actor, view = _asked_for(round_id)
    change = _proposal(view, request.form["change"]) if request.form.get("change") else None
    version_id = change.version_id if change else _version()
    _expose(actor, view, version_id)
    if change is None:
        return _question_page(view, version_id, keys=True)
    return _tried(actor, view, version_id, change.keys, change=change)


@blueprint.get("/rehearsal")
def rehearsal_by_address(round_id: str) -> ResponseReturnValue:
    """An address that was kept or typed: a rehearsal is begun on the question's page."""
    require_viewer(Permission.CONTEST_MANAGE)
    return redirect(url_for("round_keys.index", round_id=round_id), 303)


@blueprint.post("/rehearsal")
def rehearse(round_id: str) -> ResponseReturnValue:
    """Tính thử: what the change would do, in a job; nothing is changed."""
    actor, view = _asked_for(round_id)
    version_id = _version()
    _expose(actor, view, version_id)
    problem = _problem()
    if problem:
        return _question_page(view, version_id, keys=True, problem=problem, status=422)
    return _tried(actor, view, version_id, _keys())


@blueprint.get("/rehearsal/<pid:job_id>")
def rehearsed(round_id: str, job_id: str) -> Response:
    """How far a trial is, and what it found."""
    actor, view = _asked_for(round_id)
    found, asked = key_rehearsals.find(view, job_id)
    handed = attempts.handed_keys(person_id=actor.person_id or 0, version_ids=[asked.version])
    change = key_changes.proposal(asked.change)[0] if asked.change else None
    return _question_page(view, asked.version, keys=handed, trial=Trial(found, asked), change=change)


@blueprint.post("/proposal")
def propose(round_id: str) -> ResponseReturnValue:
    """Trình thành viên thứ hai phê duyệt."""
    actor, view = _asked_for(round_id)
    version_id = _version()
    _expose(actor, view, version_id)
    try:
        key_changes.propose(
            actor=actor,
            now=request_now(),
            round_id=round_id,
            version_id=version_id,
            keys=_keys(),
            reason=request.form.get("reason", "")[:300],
        )
    except DomainError as error:
        problem = gettext(error.message, **error.params)
        return _question_page(view, version_id, keys=True, problem=problem, status=error.status)
    flash(gettext("Đã trình đề xuất. Cần một thành viên khác của Ban Tổ chức phê duyệt."), "success")
    return back(round_id)


@blueprint.post("/<pid:change_id>/approve")
def approve(round_id: str, change_id: str) -> ResponseReturnValue:
    """The second person's yes."""
    actor, view = _asked_for(round_id)
    _proposal(view, change_id)
    with told(gettext("Đã phê duyệt. Câu hỏi không còn trong đề mới; các bài đã nộp đang được chấm lại.")):
        key_changes.approve(actor=actor, now=request_now(), change_id=change_id)
    return back(round_id)


@blueprint.post("/<pid:change_id>/reject")
def reject(round_id: str, change_id: str) -> ResponseReturnValue:
    """Không phê duyệt, or taken back by whoever proposed it."""
    actor, view = _asked_for(round_id)
    _proposal(view, change_id)
    with told(gettext("Đề xuất không được thực hiện; đáp án giữ nguyên.")):
        key_changes.reject(actor=actor, now=request_now(), change_id=change_id)
    return back(round_id)


def _asked_for(round_id: str) -> tuple[Actor, RoundView]:
    actor = require_viewer(Permission.CONTEST_MANAGE)
    require(actor, Permission.BANK_READ)
    view = rounds.round_(round_id, now=request_now(), drafts=True)
    if view.state not in key_changes.WHILE:
        raise NotFound(N_("Chỉ sửa đáp án được ở vòng thi đã chốt đề mà chưa công bố kết quả."))
    return actor, view


def _proposal(view: RoundView, change_id: str) -> key_changes.Proposed:
    change, round_pk = key_changes.proposal(change_id)
    if round_pk != view.pk:
        raise NotFound(N_("Không tìm thấy đề xuất."))
    return change


def _item(view: RoundView, version_id: int) -> PoolItem:
    item = rounds.pool(view.pk, view.revision).by_version.get(version_id)
    if item is None:
        raise NotFound(N_("Câu hỏi này không thuộc bộ câu hỏi của vòng thi."))
    return item


def _expose(actor: Actor, view: RoundView, version_id: int) -> None:
    _item(view, version_id)
    history.expose(actor=actor, now=request_now(), version_ids=[version_id], how=history.SEEN)


def _version() -> int:
    return whole_number(request.form.get("version"), 0)


def _keys() -> tuple[int, ...]:
    """What was ticked; none where the question is to be neutralised. A wrong number fits no question."""
    if request.form.get("how") == "neutral":
        return ()
    return tuple(int(k) if k.isascii() and k.isdigit() and len(k) < 3 else -1 for k in request.form.getlist("keys"))


def _problem() -> str | None:
    if request.form.get("how") not in ("neutral", "keys"):
        return gettext("Đề nghị chọn cách xử lý.")
    if request.form.get("how") == "keys" and not request.form.getlist("keys"):
        return gettext("Đề nghị chọn đáp án đúng.")
    return None if request.form.get("reason", "").strip() else gettext("Đề nghị nêu lý do.")


def _list_page(view: RoundView) -> Response:
    text = request.args.get("q", "")[:200]
    pool = rounds.pool(view.pk, view.revision)
    asked = usage_queries.asked(pool.keys)
    words = fold(text).split()
    found = [
        item
        for item in pool.items
        if words and all(word in fold(f"{asked[item.version_id].code} {item.stem}") for word in words)
    ]
    return page("organiser/round_keys.html", round=view, text=text, found=found[:SHOWN], total=len(found), asked=asked)


def _tried(
    actor: Actor,
    view: RoundView,
    version_id: int,
    keys: tuple[int, ...],
    *,
    change: key_changes.Proposed | None = None,
) -> ResponseReturnValue:
    try:
        job = key_rehearsals.enqueue(
            actor=actor,
            now=request_now(),
            view=view,
            version_id=version_id,
            keys=keys,
            reason=change.reason if change else request.form.get("reason", "")[:300],
            change=change.id if change else "",
        )
    except NotFound:
        raise
    except DomainError as error:
        problem = gettext(error.message, **error.params)
        return _question_page(view, version_id, keys=True, problem=problem, change=change, status=error.status)
    return redirect(url_for("round_keys.rehearsed", round_id=view.id, job_id=job.public_id), 303)


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial on its page."""

    job: Job
    asked: Asked

    @property
    def typed(self) -> dict[str, Any]:
        """What the form held that asked for it."""
        keys = [str(key) for key in self.asked.keys]
        return {"how": "keys" if keys else "neutral", "keys": keys, "reason": self.asked.reason}


def _question_page(
    view: RoundView,
    version_id: int,
    *,
    keys: bool = False,
    trial: Trial | None = None,
    change: key_changes.Proposed | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    item = _item(view, version_id)
    effect = key_rehearsals.effect(trial.job) if trial else None
    names: dict[int, Any] = people.names([change.proposed_by] if change and change.proposed_by else [])
    return page(
        "organiser/round_key.html",
        status=status,
        round=view,
        item=item,
        code=usage_queries.asked([version_id])[version_id].code,
        keys=keys,
        trial=trial,
        effect=effect,
        change=change,
        proposer=names[change.proposed_by].full_name if change and change.proposed_by in names else "",
        elsewhere=key_changes.elsewhere(view, version_id=version_id, now=request_now()) if effect else [],
        problem=problem,
        others=people.other_organisers(require_viewer().person_id),
        typed=trial.typed if trial else _typed(),
    )


def _typed() -> dict[str, Any]:
    form = request.form
    return {"how": form.get("how", ""), "keys": form.getlist("keys"), "reason": form.get("reason", "")}
