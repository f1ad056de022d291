"""Thiết lập: the tree of topics that all banks share, and the banks with their owners.

A topic is never deleted: questions stand in it and blueprints of rounds name it by its code.
"""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from core.access import Actor, Permission, require
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import fold
from core.web.forms import at_most, show_problems
from core.web.pages import request_now
from questions.bank import list_queries, queries
from questions.bank import topics as topic_verbs
from questions.bank.models import Bank
from questions.desk.forms import Pick, line
from questions.desk.workplace import at_desk, desk_page

blueprint = Blueprint("banks", __name__, url_prefix="/organiser/banks")


class TopicForm(FlaskForm):
    """Thêm hoặc sửa chủ đề; the code is made of the name and never changes."""

    name = StringField(
        _l("Tên chủ đề"),
        [
            DataRequired(_l("Đề nghị nhập tên chủ đề.")),
            Length(min=2, message=_l("Tên cần ít nhất 2 ký tự.")),
            at_most(200),
        ],
        [line],
    )
    parent = Pick(_l("Thuộc chủ đề"), choices=[], default="")

    def offer(self, topics: list[queries.TopicRow]) -> "TopicForm":
        """Fill the list of topics above."""
        self.parent.choices = [SelectChoice("", _l("Không thuộc chủ đề nào"))] + [
            SelectChoice(topic.code, "– " * topic.depth + topic.name) for topic in topics
        ]
        return self


@blueprint.get("")
def index() -> Response:
    """The tree, and who owns and shares which bank."""
    actor, bank = at_desk()
    return _page(actor, bank, TopicForm(formdata=None).offer(queries.topics()))


@blueprint.post("/topics/new")
def new_topic() -> ResponseReturnValue:
    """Thêm chủ đề."""
    actor, bank = _manager()
    topics = queries.topics()
    form = TopicForm().offer(topics)
    if form.validate_on_submit():
        code = _free_code(form.name.data or "", {topic.code for topic in topics})
        topic_verbs.save_topic(
            actor=actor, now=request_now(), code=code, name=form.name.data or "", parent=form.parent.data or None
        )
        flash(gettext("Đã thêm chủ đề %(name)s.", name=form.name.data), "success")
        return redirect(url_for("banks.index", bank=bank.public_id), 303)
    return _page(actor, bank, form)


@blueprint.route("/topics/<string:topic>", methods=["GET", "POST"])
def topic(topic: str) -> ResponseReturnValue:
    """Đổi tên, chuyển chủ đề."""
    actor, bank = _manager()
    topics = queries.topics()
    row = next((one for one in topics if one.code == topic), None)
    if row is None:
        raise NotFound(N_("Không tìm thấy chủ đề này."))
    form = TopicForm(data={"name": row.name, "parent": row.parent or ""}).offer(topics)
    if form.validate_on_submit():
        try:
            topic_verbs.save_topic(
                actor=actor, now=request_now(), code=topic, name=form.name.data or "", parent=form.parent.data or None
            )
        except Invalid as error:
            error.extra.setdefault("fields", {"parent": error.message})
            show_problems(form, error)
        else:
            flash(gettext("Đã lưu chủ đề %(name)s.", name=form.name.data), "success")
            return redirect(url_for("banks.index", bank=bank.public_id), 303)
    return desk_page(
        "questions/topic_form.html",
        status=422 if form.errors else 200,
        actor=actor,
        bank=bank,
        form=form,
        topic=row,
    )


def _manager() -> tuple[Actor, Bank]:
    # Topics are everybody's: a grant for one agency is not enough.
    actor, bank = at_desk()
    require(actor, Permission.BANK_MANAGE)
    return actor, bank


def _free_code(name: str, taken: set[str]) -> str:
    """A code made of the name: ``Một cửa`` -> ``mot-cua``, and a number where that is taken."""
    wanted = code = fold(name).replace(" ", "-")[: topic_verbs.CODE_MAX - 4].strip("-") or "chu-de"
    number = 1
    while code in taken:
        number += 1
        code = f"{wanted}-{number}"
    return code


def _page(actor: Actor, bank: Bank, form: TopicForm) -> Response:
    counts: dict[str, int] = {}
    for (code, _), states in list_queries.coverage(bank).items():
        counts[code] = counts.get(code, 0) + sum(states.values())
    return desk_page(
        "questions/settings.html",
        status=422 if form.errors else 200,
        actor=actor,
        bank=bank,
        form=form,
        topics=queries.topics(),
        counts=counts,
        shares=queries.shares(actor),
        manages_topics=actor.may(Permission.BANK_MANAGE),
    )
