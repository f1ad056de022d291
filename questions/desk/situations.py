"""Tình huống: the bank's situations, their media, and the questions that lag behind a new wording."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from core.access import Actor, Permission
from core.web.forms import accepts_upload
from core.web.pages import request_now
from questions.bank import service, situation_queries
from questions.bank.media import SIZE_MAX
from questions.bank.models import Bank
from questions.bank.situation_queries import SituationLine
from questions.bank.situations import save_situation
from questions.desk.situation_form import MEDIA_MAX, SituationForm
from questions.desk.workplace import at_desk, desk_page
from questions.items import Situation

blueprint = Blueprint("situations", __name__, url_prefix="/organiser/situations")


@blueprint.get("")
def index() -> Response:
    """The newest wording of each, who uses which, and how many questions lag behind."""
    actor, bank = at_desk()
    return desk_page("questions/situations.html", actor=actor, bank=bank, situations=situation_queries.listing(bank))


@blueprint.route("/new", methods=["GET", "POST"])
@accepts_upload(MEDIA_MAX * SIZE_MAX, Permission.BANK_WRITE)
def new() -> ResponseReturnValue:
    """Soạn tình huống."""
    actor, bank = at_desk(Permission.BANK_WRITE)
    form = SituationForm()
    if form.validate_on_submit():
        if any(line.newest.code == form.code.data for line in situation_queries.listing(bank)):
            form.code.errors = [gettext("Mã này đã có trong ngân hàng. Đề nghị chọn mã khác.")]
        elif (situation := form.situation(None)) is not None:
            return _save(actor, bank, situation)
    return _page(actor, bank, form)


@blueprint.route("/edit", methods=["GET", "POST"])
@accepts_upload(MEDIA_MAX * SIZE_MAX, Permission.BANK_WRITE)
def edit() -> ResponseReturnValue:
    """Sửa tình huống: a changed one is a new wording; questions keep theirs until they take it up."""
    actor, bank = at_desk(Permission.BANK_WRITE)
    line = situation_queries.line(bank, request.values.get("code", ""))
    form = SituationForm(obj=None if request.method == "POST" else line.newest)
    if form.validate_on_submit():
        if form.number.data != str(line.newest.number):
            form.number.data = str(line.newest.number)
            form.text.errors = [
                gettext(
                    "Tình huống vừa được người khác sửa. Nội dung đang nhập còn nguyên; "
                    "đề nghị xem bản mới ở phần Xem trước rồi lưu lại."
                )
            ]
        elif (situation := form.situation(line.newest)) is not None:
            return _save(actor, bank, situation)
    return _page(actor, bank, form, line)


@blueprint.post("/take-up")
def take_up() -> ResponseReturnValue:
    """Cập nhật các câu hỏi đang dùng bản cũ: each becomes a draft with the newest wording."""
    actor, bank = at_desk(Permission.BANK_WRITE)
    code = request.form.get("code", "")
    done, left = service.take_up(actor=actor, now=request_now(), bank=bank, code=code)
    if done:
        flash(
            ngettext("Đã tạo bản nháp mới cho %(num)d câu hỏi.", "Đã tạo bản nháp mới cho %(num)d câu hỏi.", done),
            "success",
        )
    if left:
        flash(
            ngettext(
                "%(num)d câu đang chờ thẩm định được giữ nguyên; rút về bản nháp rồi cập nhật lại.",
                "%(num)d câu đang chờ thẩm định được giữ nguyên; rút về bản nháp rồi cập nhật lại.",
                left,
            ),
            "warning",
        )
    return redirect(url_for("situations.edit", bank=bank.public_id, code=code), 303)


def _save(actor: Actor, bank: Bank, situation: Situation) -> ResponseReturnValue:
    saved = save_situation(actor=actor, now=request_now(), bank=bank, situation=situation)
    flash(gettext("Đã lưu tình huống %(code)s, bản %(number)s.", code=saved.code, number=saved.number), "success")
    return redirect(url_for("situations.edit", bank=bank.public_id, code=saved.code), 303)


def _page(actor: Actor, bank: Bank, form: SituationForm, line: SituationLine | None = None) -> Response:
    row = line.newest if line else None
    return desk_page(
        "questions/situation_form.html",
        status=422 if form.errors else 200,
        actor=actor,
        bank=bank,
        form=form,
        line=line,
        kept=form.kept(row),
        users=situation_queries.users(row) if row else [],
        slots=max(1, MEDIA_MAX - len(row.media)) if row else MEDIA_MAX,
    )
