"""Chất lượng: what could be better in a bank, for those who write and review.

Remarks that tell of the key of a settled wording are counts only; who opens them is recorded.
"""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Actor, Permission
from core.clock import LOCAL
from core.web.pages import request_now
from questions.bank import queries
from questions.bank.models import Bank
from questions.desk.quality_words import FLAWS, RULES, STATES
from questions.desk.workplace import at_desk, desk_page
from questions.flaws import BankFlaws
from questions.review import history, quality
from questions.review.quality import Quality, Remarks, Selection

blueprint = Blueprint("quality", __name__, url_prefix="/organiser/quality")
FIRST = 8
"""Questions listed under each kind before one kind is chosen."""


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The remarks without those that tell of secret keys; near duplicates with ``alike``."""
    actor, bank = _at_work()
    return _page(actor, bank, details=False)


@blueprint.post("/details")
def details() -> ResponseReturnValue:
    """Hiện chi tiết: the same with every remark; who has read those about keys is kept with the wordings."""
    actor, bank = _at_work()
    return _page(actor, bank, details=True)


@blueprint.post("/check")
def check() -> ResponseReturnValue:
    """Kiểm tra a large bank in a job."""
    actor, bank = _at_work()
    selection = _selection()
    quality.enqueue(actor=actor, now=request_now(), bank=bank, selection=selection)
    return redirect(url_for("quality.index", bank=bank.public_id, topic=selection.topic, state=selection.state), 303)


def _at_work() -> tuple[Actor, Bank]:
    actor, bank = at_desk(Permission.BANK_READ)
    quality.require_work(actor, bank)
    return actor, bank


def _selection() -> Selection:
    state = request.values.get("state", "")
    return Selection(request.values.get("topic", "")[:40], state if state in quality.STATES else "all")


def _page(actor: Actor, bank: Bank, *, details: bool) -> Response:
    selection = _selection()
    kind = request.values.get("flaw", "")
    kind = kind if kind in FLAWS else ""
    size = quality.size(bank, selection)
    large = size > quality.LARGE
    job = quality.last_job(bank, selection) if large else None
    found: Quality | None = None
    if not large:
        found = quality.check(bank, selection, alike="alike" in request.values)
    elif job is not None and job.state == "done":
        found = quality.found_by(job, bank)
    kinds = _kinds(found, kind, details)
    limit = quality.LISTED_MAX if kind else FIRST
    if details:
        ids = [remark.about.version_id for one in kinds for remark in one.kept[:limit]]
        history.expose(actor=actor, now=request_now(), version_ids=ids, how=history.SEEN)
    return _shown(bank, actor, selection, size=size, large=large, job=job, found=found, kinds=kinds,
                  kind=kind, limit=limit, details=details)  # fmt: skip


def _shown(bank: Bank, actor: Actor, selection: Selection, **found: Any) -> Response:
    response: Response = desk_page(
        "questions/quality.html",
        actor=actor,
        bank=bank,
        selection=selection,
        topics=queries.topics(),
        soon=quality.overtaken_soon(bank, today=request_now().astimezone(LOCAL).date()),
        guesses=_guesses(found["found"].together) if found["found"] else [],
        FLAWS=FLAWS,
        SELECTIONS=STATES,
        few=quality.FEW,
        **found,
    )
    return response


def _kinds(found: Quality | None, kind: str, details: bool) -> list[Remarks]:
    """The kinds to show, the gravest first."""
    kinds: Iterable[Remarks] = found.kinds if found else ()
    order = list(FLAWS)
    shown = [one for one in kinds if (one.total or details) and one.code in ([kind] if kind else order)]
    return sorted(shown, key=lambda one: order.index(one.code))


def _guesses(together: BankFlaws | None) -> list[dict[str, Any]]:
    """Each rule of guessing with its rate, chance, and whether it is certain that it pays."""
    if together is None:
        return []
    paying = {flaw.code for flaw in together.flaws}
    return [
        {
            "words": words,
            "rate": together.rates[rule],
            "chance": together.rates["chance"],
            "pays": f"guess-{rule.replace('_', '-')}" in paying,
        }
        for rule, words in RULES.items()
    ]
