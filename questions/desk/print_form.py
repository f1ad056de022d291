"""The form for papers to print: what stands on them, and the grid that draws their questions."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from core.text import tidy, tidy_lines
from core.web.forms import NEEDED, WholeNumber, at_most, between
from questions.bank.queries import TopicRow
from questions.desk.workplace import DIFFICULTIES
from questions.documents.printed import VARIANTS_MAX
from questions.drawing import Cell
from questions.exports.printing import Heading

ORGANISER_LINES = 4
GRID, CHOSEN = "grid", "chosen"


def _something(form: FlaskForm, field: StringField) -> None:
    # Spaces, and what cannot be printed, are nothing.
    if not tidy(field.data or ""):
        raise ValidationError(_l("Đề nghị điền mục này."))


def _few_lines(form: FlaskForm, field: TextAreaField) -> None:
    if len(tidy_lines(field.data or "").splitlines()) > ORGANISER_LINES:
        raise ValidationError(_l("Tối đa 4 dòng."))


class PrintForm(FlaskForm):
    """In đề thi giấy. The grid's cells are fields ``cell-<topic>-<difficulty>``."""

    source = RadioField(
        _l("Cách chọn câu hỏi"),
        choices=[
            SelectChoice(GRID, _l("Rút ngẫu nhiên theo ma trận đề")),
            SelectChoice(CHOSEN, _l("In các câu đã chọn")),
        ],
        default=GRID,
    )
    title = StringField(_l("Tên kỳ thi, cuộc thi"), [_something, at_most(200)])
    organiser = TextAreaField(_l("Cơ quan tổ chức"), [_something, at_most(300), _few_lines])
    issued = StringField(_l("Địa danh, ngày tháng"), [at_most(100)])
    minutes = WholeNumber(_l("Thời gian làm bài (phút)"), [NEEDED, between(1, 300)], default=30)
    variants = WholeNumber(_l("Số mã đề"), [NEEDED, between(1, VARIANTS_MAX)], default=4)

    def heading(self) -> Heading:
        """What the verb takes; call after validation."""
        return Heading(
            title=tidy(self.title.data or ""),
            organiser=tidy_lines(self.organiser.data or ""),
            minutes=self.minutes.data or 0,
            variants=self.variants.data or 0,
            issued=tidy(self.issued.data or ""),
        )


@dataclass(frozen=True)
class Grid:
    """Cells with a count, what was typed by field name, and the names of cells that cannot be filled."""

    cells: tuple[Cell, ...]
    typed: dict[str, str]
    wrong: list[str]


def read_grid(values: Mapping[str, str], topics: list[TopicRow], available: dict[tuple[str, int], int]) -> Grid:
    """Read the grid; an empty field is zero; more than there is, and what is no number, is wrong."""
    cells, typed, wrong = [], {}, []
    for topic in topics:
        for difficulty, words in DIFFICULTIES.items():
            name = f"cell-{topic.code}-{difficulty}"
            text = typed[name] = (values.get(name) or "").strip()[:10]
            if not text or text == "0":
                continue
            count = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
            if 0 < count <= available.get((topic.code, difficulty), 0):
                cells.append(Cell(topic.code, difficulty, count))
            else:
                wrong.append(f"{topic.name} ({str(words).lower()})")
    return Grid(tuple(cells), typed, wrong)
