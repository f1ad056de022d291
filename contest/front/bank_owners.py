"""Chủ quản ngân hàng câu hỏi: whose bank is whose, who shares it, who writes and who reviews.

Banks know their owners as numbers; here they meet agencies and people. The committee's page.
"""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.agencies import queries as agencies
from contest.attempts import queries as attempts
from contest.front.bank_owner_forms import ROLES, BankForm, RoleForm, ShareForm
from contest.people import queries as people
from contest.people import service as person_verbs
from contest.people.rules import normalise_login
from core.access import Permission
from core.errors import Conflict, DomainError
from core.i18n import N_
from core.web.forms import show_problems, told
from core.web.identity import require_viewer
from core.web.pages import page, request_now
from questions.bank import access, queries, service
from questions.bank.models import PROVINCE

blueprint = Blueprint("bank_owners", __name__, url_prefix="/organiser/banks")


@blueprint.get("/owners")
def index() -> Response:
    """Banks with owners and shares; people with their roles."""
    require_viewer(Permission.CONTEST_MANAGE)
    return _page()


@blueprint.post("/owners/new")
def create() -> ResponseReturnValue:
    """Tạo ngân hàng câu hỏi."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    form = BankForm()
    if form.validate_on_submit():
        try:
            made = service.create_bank(
                actor=actor, now=request_now(), name=form.name.data or "", owner_id=form.picked.owner_id
            )
        except DomainError as error:
            error.extra.setdefault("fields", {"name": error.message})
            show_problems(form, error)
        else:
            flash(gettext("Đã tạo %(name)s.", name=made.name), "success")
            return _back()
    return _page(bank_form=form)


@blueprint.post("/<pid:bank_id>/shares")
def share(bank_id: str) -> ResponseReturnValue:
    """Dùng chung với một đơn vị, hoặc với tỉnh."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    bank = access.bank(actor, bank_id, Permission.BANK_MANAGE)
    form = ShareForm(owner_id=bank.owner_id)
    if not form.validate_on_submit():
        return _page(share_form=form, shared_bank=bank_id)
    with told(gettext("Đã dùng chung %(name)s.", name=bank.name)):
        service.share(actor=actor, now=request_now(), bank=bank, owner_id=form.picked.owner_id, shared=True)
    return _back()


@blueprint.post("/<pid:bank_id>/shares/remove")
def unshare(bank_id: str) -> ResponseReturnValue:
    """Thôi dùng chung."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    bank = access.bank(actor, bank_id, Permission.BANK_MANAGE)
    owner_id = _id(request.form.get("owner"))
    if owner_id is not None:
        with told(gettext("Đã thôi dùng chung %(name)s.", name=bank.name)):
            service.share(actor=actor, now=request_now(), bank=bank, owner_id=owner_id, shared=False)
    return _back()


@blueprint.post("/owners/roles")
def grant() -> ResponseReturnValue:
    """Giao vai trò người biên soạn, người thẩm định."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    form = RoleForm()
    if form.validate_on_submit():
        login = normalise_login(form.login.data or "")
        person = people.person_of_login(login) if login else None
        if person is None:
            form.login.errors = [gettext("Chưa có tài khoản nào dùng tên đăng nhập này.")]
        elif form.scope.data == "agency" and person.agency_id is None:
            form.scope.errors = [gettext("Tài khoản này chưa thuộc đơn vị nào.")]
        else:
            agency_id = person.agency_id if form.scope.data == "agency" else None
            with told(gettext("Đã giao vai trò cho %(name)s.", name=person.full_name)):
                _refuse_sitting(person.id)
                person_verbs.grant_role(
                    actor=actor, now=request_now(), person_id=person.id, role=form.role.data, agency_id=agency_id
                )
            return _back("people")
    return _page(role_form=form)


@blueprint.post("/owners/roles/revoke")
def revoke() -> ResponseReturnValue:
    """Thu hồi vai trò."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    person_id, role = _id(request.form.get("person")), request.form.get("role", "")
    if person_id is not None and role in ROLES:
        with told(gettext("Đã thu hồi vai trò.")):
            person_verbs.revoke_role(
                actor=actor,
                now=request_now(),
                person_id=person_id,
                role=role,
                agency_id=_id(request.form.get("agency")),
            )
    return _back("people")


def _refuse_sitting(person_id: int) -> None:
    """Roles open keys: not to somebody who is answering questions. People does not know of attempts."""
    if attempts.is_sitting(person_id):
        raise Conflict(N_("Người này đang làm bài thi nên chưa giao vai trò được. Đề nghị chờ đến khi nộp bài."))


def _id(text: str | None) -> int | None:
    """A number of one of our rows; everything else names none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _page(
    *,
    bank_form: BankForm | None = None,
    share_form: ShareForm | None = None,
    shared_bank: str = "",
    role_form: RoleForm | None = None,
) -> Response:
    actor = require_viewer(Permission.CONTEST_MANAGE)
    banks, shares = queries.banks(actor), queries.shares(actor)
    owners = {bank.owner_id for bank in banks} | {owner for ids in shares.values() for owner in ids}
    forms = (bank_form, share_form, role_form)
    return page(
        "questions/owners.html",
        status=422 if any(form and form.errors for form in forms) else 200,
        banks=banks,
        shares=shares,
        owners={row.id: row.name for row in agencies.by_ids(frozenset(owners - {PROVINCE})).values()},
        holders=people.holders(ROLES),
        ROLES=ROLES,
        bank_form=bank_form or BankForm(formdata=None),
        share_form=share_form,
        empty_share=ShareForm(formdata=None),
        shared_bank=shared_bank,
        role_form=role_form or RoleForm(formdata=None),
    )


def _back(anchor: str = "banks") -> ResponseReturnValue:
    return redirect(url_for("bank_owners.index", _anchor=anchor), 303)
