"""Mô phỏng giải thưởng: the organiser's page that tries a round's prizes before its rules are locked."""

from typing import Any

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from contest.rounds import forecast_words, prize_trial, queries
from contest.rounds.prize_trial import TAKERS_MAX, Assumed
from contest.rounds.queries import RoundView
from contest.rounds.score_lists import ScoreList, scores_from_text
from core.access import Permission
from core.errors import Invalid
from core.web.forms import NEEDED, WholeNumber, accepts_upload, between, show_problems
from core.web.identity import require_viewer
from core.web.pages import page, request_now

blueprint = Blueprint("simulation", __name__, url_prefix="/organiser/rounds/<pid:round_id>/simulation")
FILE_MAX = 2 * 1024 * 1024
ERRORS_SHOWN = 5


class SimulationForm(FlaskForm):
    """What is assumed of the people; ``takers_0`` and so on are added by group."""

    basis = SelectField(
        _l("Phân bố điểm"),
        choices=[
            SelectChoice("assumed", _l("Theo tỷ lệ bài đúng tất cả các câu")),
            SelectChoice("list", _l("Theo bảng điểm của một cuộc thi đã có")),
        ],
        default="assumed",
    )
    perfect = WholeNumber(_l("Tỷ lệ bài đúng tất cả các câu (%)"), default=40)
    scores = TextAreaField(_l("Dán bảng điểm"))
    file = FileField(_l("Hoặc chọn tệp CSV"))
    most = 0
    read: ScoreList | None = None

    def validate_perfect(self, field: WholeNumber) -> None:
        """Needed unless there is a list."""
        if self.basis.data == "assumed" and not field.errors:
            between(1, 99)(self, field)

    def validate_scores(self, field: TextAreaField) -> None:
        """Every line of the list, or of the file, must be understood."""
        if self.basis.data != "list":
            return
        self.read = scores_from_text(self._text(), points_max=self.most)
        for line, message in self.read.errors[:ERRORS_SHOWN]:
            said = gettext(message)
            field.errors = [*field.errors, gettext("Dòng %(n)s: %(said)s", n=line, said=said) if line else said]
        if self.read.errors:
            raise ValidationError(gettext("Đề nghị sửa bảng điểm rồi mô phỏng lại."))

    def _text(self) -> str:
        sent = self.file.data
        if not getattr(sent, "filename", ""):
            return self.scores.data or ""
        try:
            return sent.read(FILE_MAX).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(
                _l("Tệp không phải CSV dạng UTF-8. Có thể chép các dòng trong bảng tính và dán.")
            ) from error

    def takers(self) -> list[WholeNumber]:
        """The fields of expected people, by group."""
        return [field for field in self if field.name.startswith("takers_")]

    def assumed(self, codes: list[str]) -> Assumed:
        """What is assumed; call after validation."""
        takers = {code: field.data or 0 for code, field in zip(codes, self.takers(), strict=True)}
        if self.read is not None:
            return Assumed(takers, scores={str(points): people for points, people in self.read.scores.items()})
        return Assumed(takers, perfect=(self.perfect.data or 0) / 100)


def _form(view: RoundView) -> SimulationForm:
    names = {group.code: gettext("Số người dự thi: %(name)s", name=group.name) for group in view.rules.groups}
    fields: dict[str, Any] = {
        f"takers_{number}": WholeNumber(name, [NEEDED, between(1, TAKERS_MAX)])
        for number, name in enumerate(names.values() or [gettext("Số người dự thi dự kiến")])
    }
    form: SimulationForm = type("RoundSimulationForm", (SimulationForm,), fields)()
    form.most = min(prize_trial.points_max(view).values())
    return form


@blueprint.get("")
def show(round_id: str) -> Response:
    """The newest result for these rules, the form, or how far the job is."""
    require_viewer(Permission.CONTEST_MANAGE)
    view = queries.round_(round_id, now=request_now(), drafts=True)
    form, found = _form(view), prize_trial.outcome(view)
    if found:
        _fill(form, view, found.assumed)
    return _page(view, form, found)


@blueprint.post("")
@accepts_upload(FILE_MAX, Permission.CONTEST_MANAGE)
def start(round_id: str) -> ResponseReturnValue:
    """Mô phỏng, in a job."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    view = queries.round_(round_id, now=request_now(), drafts=True)
    form = _form(view)
    if form.validate_on_submit():
        try:
            assumed = form.assumed(list(view.rules.papers))
            prize_trial.enqueue(actor=actor, now=request_now(), round_id=round_id, assumed=assumed)
            return redirect(url_for("simulation.show", round_id=round_id), 303)
        except Invalid as error:
            show_problems(form, error)
    return _page(view, form, prize_trial.outcome(view), status=422)


def _fill(form: SimulationForm, view: RoundView, assumed: Assumed) -> None:
    for code, field in zip(view.rules.papers, form.takers(), strict=True):
        field.data = assumed.takers.get(code)
    form.perfect.data = round(assumed.perfect * 100)
    if assumed.scores:
        form.basis.data = "list"
        form.scores.data = "\n".join(f"{points}; {int(people)}" for points, people in assumed.scores.items())


def _page(view: RoundView, form: SimulationForm, found: prize_trial.Outcome | None, *, status: int = 200) -> Response:
    return page(
        "rounds/simulation.html",
        status=status,
        round=view,
        form=form,
        found=found,
        job=prize_trial.newest_job(view),
        words=forecast_words,
        group_names={group.code: group.name for group in view.rules.groups},
        luck_max=prize_trial.LOTS_SHARE_MAX,
    )
