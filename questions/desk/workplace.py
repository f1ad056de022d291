"""What the desk's pages share: the bank that is worked in, words for states, filters from the address."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import flash, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.web.forms import told, whole_number
from core.web.identity import require_holder
from core.web.pages import page
from questions.bank import access, list_queries, queries
from questions.bank.models import Bank

DIFFICULTIES = {1: _l("Dễ"), 2: _l("Vừa"), 3: _l("Khó")}
KINDS = {"single": _l("Một lựa chọn"), "multiple": _l("Nhiều lựa chọn"), "true-false": _l("Đúng/Sai")}
STATES = {
    "draft": _l("Bản nháp"),
    "in_review": _l("Chờ thẩm định"),
    "approved": _l("Đã duyệt"),
    "sample": _l("Mẫu – chưa thẩm định tại địa phương"),
    "quarantined": _l("Tạm dừng sử dụng"),
    "retired": _l("Ngừng sử dụng"),
}
REASONS = {
    "amended": _l("văn bản căn cứ đã sửa đổi"),
    "replaced": _l("văn bản căn cứ bị thay thế"),
    "expired": _l("văn bản căn cứ hết hiệu lực"),
}


def at_desk(permission: Permission = Permission.BANK_READ) -> tuple[Actor, Bank]:
    """Who works here and in which bank: the one that the address names, else their first."""
    actor = require_holder(permission)
    wanted = request.values.get("bank")
    if wanted:
        return actor, access.bank(actor, wanted, permission)
    for bank in queries.banks(actor):
        if access.may(actor, permission, bank.owner_id):
            return actor, bank
    raise NotFound(N_("Chưa có ngân hàng câu hỏi nào. Đề nghị Ban Tổ chức tạo ngân hàng trước."))


def desk_page(template: str, *, actor: Actor, bank: Bank, status: int = 200, **context: Any) -> Any:
    """A page of the desk: its bank, the others that the reader works in, and what they may do there."""
    may = {
        name: access.may(actor, permission, bank.owner_id)
        for name, permission in (
            ("write", Permission.BANK_WRITE),
            ("review", Permission.BANK_REVIEW),
            ("manage", Permission.BANK_MANAGE),
        )
    }
    return page(
        template,
        status=status,
        bank=bank,
        banks=queries.banks(actor),
        may=may,
        DIFFICULTIES=DIFFICULTIES,
        KINDS=KINDS,
        STATES=STATES,
        REASONS=REASONS,
        **context,
    )


def filters() -> list_queries.Filters:
    """What the list is narrowed to, from the address or a form; what makes no sense is left out."""
    values = request.values
    difficulty = values.get("difficulty", "")
    return list_queries.Filters(
        text=values.get("text", "")[:200],
        topic=values.get("topic", "")[:40],
        difficulty=int(difficulty) if difficulty in ("1", "2", "3") else None,
        state=values.get("state", "") if values.get("state") in STATES else "",
        kind=values.get("kind", "") if values.get("kind") in KINDS else "",
        tag=values.get("tag", "")[:60],
        document=values.get("document", "")[:16],
    )


def filters_as_query(chosen: list_queries.Filters) -> dict[str, Any]:
    """The same for an address; empty ones are left out."""
    values = {
        "text": chosen.text,
        "topic": chosen.topic,
        "difficulty": chosen.difficulty,
        "state": chosen.state,
        "kind": chosen.kind,
        "tag": chosen.tag,
        "document": chosen.document,
    }
    return {name: value for name, value in values.items() if value}


@contextmanager
def told_above(done: str) -> Iterator[None]:
    """Like :func:`core.web.forms.told`, for acts without a form of their own: every refusal stands above the page."""
    try:
        with told(done):
            yield
    except Invalid as error:
        flash(gettext(error.message, **error.params), "error")


def page_number() -> int:
    """The page of a list that the address asks for, from 1."""
    return whole_number(request.args.get("page"), 1)
