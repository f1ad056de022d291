"""What is asked and how it is marked; the grids of the blueprint, everybody's or one for each group."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice

from contest.rounds.rules import BlueprintCell, RoundRules
from questions.bank.queries import TopicRow
from questions.marking import MarkingRule, NeutralRule

DIFFICULTIES = ((1, _l("Dễ")), (2, _l("Vừa")), (3, _l("Khó")))


class PaperPart(FlaskForm):
    """Trial or not, and marking."""

    trial = BooleanField(_l("Vòng thi thử, không có giải (được dùng câu hỏi mẫu chưa thẩm định)"))
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
    neutralised = SelectField(
        _l("Khi một câu hỏi bị phát hiện sai và không tính"),
        choices=[
            SelectChoice(NeutralRule.EVERYBODY.value, _l("Mọi người gặp câu đó đều được điểm")),
            SelectChoice(NeutralRule.ANSWERED.value, _l("Chỉ người đã trả lời câu đó được điểm")),
        ],
        default=NeutralRule.EVERYBODY.value,
    )

    def paper_rules(self) -> dict[str, Any]:
        """The rules' fields of this part, without blueprints."""
        return {
            "trial": bool(self.trial.data),
            "marking": MarkingRule(self.marking.data),
            "neutralised": NeutralRule(self.neutralised.data),
        }

    def fill_paper(self, rules: RoundRules) -> None:
        """Show stored rules."""
        self.trial.data = rules.trial
        self.marking.data, self.neutralised.data = rules.marking.value, rules.neutralised.value


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
    """A blueprint's grid: cells with a count, what was typed by field name, what is no number.

    Fields are called ``cell-<topic>-<difficulty>`` after ``prefix`` (empty: everybody's paper).
    """

    prefix: str
    cells: tuple[BlueprintCell, ...]
    typed: dict[str, str]
    wrong: list[str]

    @property
    def questions(self) -> int:
        """Questions on the paper."""
        return sum(cell.count for cell in self.cells)


def grid_from_form(values: Any, topics: list[TopicRow], prefix: str = "") -> Grid:
    """Read a grid; an empty field is zero."""
    cells, typed, wrong = [], {}, []
    for topic in topics:
        for difficulty, words in DIFFICULTIES:
            name = f"{prefix}cell-{topic.code}-{difficulty}"
            text = typed[name] = (values.get(name) or "").strip()
            if not text or text == "0":
                continue
            if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) > 0:
                cells.append(BlueprintCell(topic.code, difficulty, int(text)))
            else:
                wrong.append(f"{topic.name} ({str(words).lower()})")
    return Grid(prefix, tuple(cells), typed, wrong)


def grid_of(cells: tuple[BlueprintCell, ...], prefix: str = "") -> Grid:
    """The grid of a stored blueprint."""
    return Grid(prefix, cells, {f"{prefix}cell-{c.topic}-{c.difficulty}": str(c.count) for c in cells}, [])


def grid_rows(trial: list[TopicRow], real: list[TopicRow], grids: list[Grid]) -> list[GridRow]:
    """The tree of topics with both counts; ``trial`` and ``real`` list the same topics in the same order."""
    parents = {topic.parent for topic in trial}
    used = {name[len(grid.prefix) :] for grid in grids for name, text in grid.typed.items() if text not in ("", "0")}
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
