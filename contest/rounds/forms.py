"""The organiser's forms for contests and rounds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional, ValidationError

from contest.rounds.rules import BlueprintCell, BoardPolicy, Reveal, RoundRules
from core.web.forms import NEEDED, WholeNumber, at_most, between, from_local, to_local
from questions.bank.queries import TopicRow
from questions.marking import MarkingRule

NEEDED_TEXT = DataRequired(_l("Đề nghị điền mục này."))  # spaces are nothing
YEARS = range(2000, 2101)
LOCAL_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
DIFFICULTIES = ((1, _l("Dễ")), (2, _l("Vừa")), (3, _l("Khó")))


def in_our_time(form: FlaskForm, field: DateTimeLocalField) -> None:
    """A year that a contest can have."""
    if field.data is not None and field.data.year not in YEARS:
        raise ValidationError(_l("Đề nghị chọn năm từ 2000 đến 2100."))


class RoundForm(FlaskForm):
    """Tạo hoặc sửa vòng thi. The blueprint's cells are fields ``cell-<topic>-<difficulty>``."""

    title = StringField(_l("Tên vòng thi"), [NEEDED_TEXT, at_most(200)])
    trial = BooleanField(_l("Vòng thi thử, không có giải (được dùng câu hỏi mẫu chưa thẩm định)"))
    opens_at = DateTimeLocalField(_l("Bắt đầu (giờ Việt Nam)"), [NEEDED, in_our_time], format=LOCAL_FORMATS)
    closes_at = DateTimeLocalField(_l("Kết thúc (giờ Việt Nam)"), [NEEDED, in_our_time], format=LOCAL_FORMATS)
    minutes = WholeNumber(_l("Thời gian làm bài (phút)"), [NEEDED, between(1, 180)], default=20)
    attempts = WholeNumber(_l("Số lượt thi mỗi người"), [NEEDED, between(1, 20)], default=1)
    marking = SelectField(
        _l("Cách chấm câu hỏi có nhiều phương án đúng"),
        choices=[
            SelectChoice(MarkingRule.ALL_OR_NOTHING.value, _l("Đúng hết mới được điểm")),
            SelectChoice(
                MarkingRule.RIGHT_MINUS_WRONG.value,
                _l("Mỗi phương án đúng 1 điểm, mỗi phương án sai trừ 1 điểm, không dưới 0"),
            ),
        ],
        default=MarkingRule.ALL_OR_NOTHING.value,
    )
    agencies = SelectMultipleField(_l("Đơn vị được dự thi"), choices=[])
    show_score = SelectField(
        _l("Điểm hiện cho người dự thi"),
        choices=[
            SelectChoice(Reveal.RECEIPT.value, _l("Ngay khi nộp bài")),
            SelectChoice(Reveal.CLOSE.value, _l("Sau khi vòng thi kết thúc")),
            SelectChoice(Reveal.PUBLICATION.value, _l("Sau khi công bố kết quả")),
            SelectChoice(Reveal.NEVER.value, _l("Không hiện")),
        ],
    )
    show_answers = SelectField(
        _l("Đáp án và giải thích"),
        choices=[
            SelectChoice(Reveal.NEVER.value, _l("Không hiện")),
            SelectChoice(Reveal.PUBLICATION.value, _l("Sau khi công bố kết quả")),
        ],
    )
    board = SelectField(
        _l("Bảng xếp hạng trong khi thi"),
        choices=[
            SelectChoice(BoardPolicy.LIVE.value, _l("Cập nhật liên tục")),
            SelectChoice(BoardPolicy.FROZEN.value, _l("Dừng cập nhật trước khi kết thúc")),
            SelectChoice(BoardPolicy.HIDDEN.value, _l("Ẩn đến khi kết thúc")),
        ],
    )
    freeze_minutes = WholeNumber(
        _l("Dừng cập nhật trước khi kết thúc (phút)"), [Optional(), between(0, 10_080)], default=60
    )
    top = WholeNumber(_l("Số người nêu tên công khai"), [NEEDED, between(1, 100)], default=50)
    full_names = BooleanField(_l("Nêu đầy đủ họ và tên (mặc định viết tắt)"))

    def values(self, cells: tuple[BlueprintCell, ...]) -> dict[str, Any]:
        """What the verbs take, by name; call after validation."""
        assert self.opens_at.data is not None and self.closes_at.data is not None
        return {
            "title": self.title.data or "",
            "opens_at": from_local(self.opens_at.data),
            "closes_at": from_local(self.closes_at.data),
            "rules": self.rules(cells),
        }

    def rules(self, cells: tuple[BlueprintCell, ...]) -> RoundRules:
        """The rules that the form says; call after validation."""
        frozen = self.board.data == BoardPolicy.FROZEN.value
        return RoundRules(
            minutes=self.minutes.data or 0,
            attempts=self.attempts.data or 0,
            blueprint=cells,
            agencies=tuple(self.agencies.data or ()),
            show_score=Reveal(self.show_score.data),
            show_answers=Reveal(self.show_answers.data),
            board=BoardPolicy(self.board.data),
            freeze_minutes=(self.freeze_minutes.data or 0) if frozen else 0,
            top=self.top.data or 0,
            full_names=bool(self.full_names.data),
            trial=bool(self.trial.data),
            marking=MarkingRule(self.marking.data),
        )

    def fill(self, *, title: str, opens_at: datetime, closes_at: datetime, rules: RoundRules) -> None:
        """Show a stored round."""
        self.title.data = title
        self.opens_at.data = to_local(opens_at)
        self.closes_at.data = to_local(closes_at)
        for name in ("minutes", "attempts", "top", "full_names", "trial"):
            self[name].data = getattr(rules, name)
        self.freeze_minutes.data = rules.freeze_minutes or 60
        for name in ("show_score", "show_answers", "board", "marking"):
            self[name].data = getattr(rules, name).value
        self.agencies.data = list(rules.agencies)


class CloseForm(FlaskForm):
    """Gia hạn: the new close and why."""

    closes_at = DateTimeLocalField(_l("Kết thúc mới (giờ Việt Nam)"), [NEEDED, in_our_time], format=LOCAL_FORMATS)
    reason = StringField(_l("Lý do"), [NEEDED_TEXT, at_most(300)])


class ReasonForm(FlaskForm):
    """Kết thúc sớm: why."""

    reason = StringField(_l("Lý do"), [NEEDED_TEXT, at_most(300)])


@dataclass(frozen=True)
class GridRow:
    """A topic of the tree: what a trial can draw of it and what a round with prizes can, by difficulty.

    A ``heading`` only groups the topics below it: nothing can be drawn of the group itself.
    """

    code: str
    name: str
    depth: int
    heading: bool
    trial: dict[int, int]
    real: dict[int, int]


@dataclass(frozen=True)
class Grid:
    """The blueprint's grid: cells with a count, what was typed by field name, what is no number."""

    cells: tuple[BlueprintCell, ...]
    typed: dict[str, str]
    wrong: list[str]


def grid_from_form(values: Any, topics: list[TopicRow]) -> Grid:
    """Read the grid; an empty field is zero."""
    cells, typed, wrong = [], {}, []
    for topic in topics:
        for difficulty, words in DIFFICULTIES:
            name = f"cell-{topic.code}-{difficulty}"
            text = typed[name] = (values.get(name) or "").strip()
            if not text or text == "0":
                continue
            if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) > 0:
                cells.append(BlueprintCell(topic.code, difficulty, int(text)))
            else:
                wrong.append(f"{topic.name} ({str(words).lower()})")
    return Grid(tuple(cells), typed, wrong)


def grid_rows(trial: list[TopicRow], real: list[TopicRow], typed: dict[str, str]) -> list[GridRow]:
    """The tree of topics with both counts; ``trial`` and ``real`` list the same topics in the same order."""
    parents = {topic.parent for topic in trial}
    used = {name for name, text in typed.items() if text not in ("", "0")}
    return [
        GridRow(
            topic.code,
            topic.name,
            topic.depth,
            topic.code in parents
            and not topic.available
            and not any(f"cell-{topic.code}-{difficulty}" in used for difficulty, _ in DIFFICULTIES),
            topic.available,
            reviewed.available,
        )
        for topic, reviewed in zip(trial, real, strict=True)
    ]


def cells_typed(rules: RoundRules) -> dict[str, str]:
    """The grid of stored rules."""
    return {f"cell-{c.topic}-{c.difficulty}": str(c.count) for c in rules.blueprint}
