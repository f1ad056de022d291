"""The thể lệ says what the rounds really do: change a rule, and the text changes."""

import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from contest.rounds.rules import BlueprintCell, BoardPolicy, Reveal, RoundRules
from questions.items import Item
from questions.marking import MarkingRule
from tests.wire import ON_SQLITE
from tests.world import TOPICS, World

OTHERWISE: dict[str, dict[str, Any]] = {
    "minutes": {"minutes": 11},
    "attempts": {"attempts": 1},
    "blueprint": {"blueprint": (BlueprintCell(TOPICS[0], 1, 2),)},
    "agencies": {"agencies": ("SO-NV",)},
    "show_score": {"show_score": Reveal.CLOSE},
    "show_answers": {"show_answers": Reveal.PUBLICATION},
    "board": {"board": BoardPolicy.HIDDEN},
    "freeze_minutes": {"board": BoardPolicy.FROZEN, "freeze_minutes": 45},
    "top": {"top": 7},
    "full_names": {"full_names": True},
    "criteria": {"criteria": ("points", "submitted_at")},
    "trial": {"trial": False},
    "marking": {"marking": MarkingRule.RIGHT_MINUS_WRONG},
}


def test_every_rule_is_tried_here() -> None:
    assert set(OTHERWISE) == set(msgspec.structs.asdict(RoundRules(10, 2, ())))


def _text(world: World, **changes: Any) -> str:
    if changes.get("trial") is False:
        world.ask_only([Item(f"{t} {n}?", ("Một", "Hai"), (0,), topic=t, difficulty=1) for t in TOPICS for n in (1, 2)])
        world.review()
    world.round(opens=timedelta(days=1), **changes)
    page = world.client().get("/rules").text
    return page[page.index("<main") : page.index('id="schedule-title"')]


@ON_SQLITE
@pytest.mark.parametrize("rule", OTHERWISE)
def test_another_rule_is_another_text(world: World, rule: str) -> None:
    plain = _text(world)
    assert _text(world, **OTHERWISE[rule]) != plain


@ON_SQLITE
def test_the_text_of_trials_and_of_several_choices(world: World) -> None:
    text = _text(world)
    assert "vòng thi thử, không có giải; đề có thể dùng câu hỏi mẫu chưa được thẩm định" in text
    assert "chọn đúng hết mới được điểm" in text
    assert "trừ 1 điểm" not in text
    text = _text(world, marking=MarkingRule.RIGHT_MINUS_WRONG)
    assert "Tuần 2: Câu có một phương án đúng" in text
    assert "mỗi phương án sai trừ 1 điểm; điểm của một câu không dưới 0" in text
    text = _text(world, trial=False)
    assert re.search(r"Tuần \d+: Đề chỉ dùng câu hỏi đã được thẩm định và duyệt\.", text)
