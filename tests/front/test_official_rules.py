"""The thể lệ says what the rounds really do: change a rule, and the text changes."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contest.front.official_rules.articles import official_rules
from contest.front.official_rules.text import Names, Section, plain
from contest.rounds.lifecycle import Exceptions
from contest.rounds.prizes import ContestRules, normalised_contest
from contest.rounds.queries import ContestView, RoundView
from contest.rounds.rules import (
    AgencyMeasure,
    AgencyPrize,
    Assurance,
    BlueprintCell,
    BoardPolicy,
    Counting,
    Group,
    LastStart,
    Prediction,
    PredictionAttempt,
    PredictionOf,
    PredictionOver,
    PredictionWhen,
    Prize,
    Qualified,
    Reveal,
    RoundRules,
    RoundState,
    normalised,
)
from questions.marking import MarkingRule, NeutralRule
from tests.rounds import rule_sets

NAMES = Names(
    agencies={code: f"Cơ quan {code}" for code in rule_sets.AGENCIES},
    blocs={code: f"Khối {code}" for code in rule_sets.BLOCS},
    topics={code: f"Chủ đề {code}" for code in rule_sets.TOPICS},
)
CELLS = (BlueprintCell("kiem-soat", 1, 5), BlueprintCell("mot-cua", 2, 5))
A = Group("A", "Cán bộ, công chức, viên chức", CELLS, agencies=("SO-NV",))
B = Group("B", "Người dân", CELLS)
GUESS = Prediction()
many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PLAIN = RoundRules(
    minutes=20,
    attempts=2,
    groups=(A, B),
    agencies=("UBND",),
    age_from=18,
    age_to=60,
    show_answers=Reveal.PUBLICATION,
    show_explanations=Reveal.PUBLICATION,
    board=BoardPolicy.FROZEN,
    freeze_minutes=60,
    criteria=("points", "prediction", "elapsed"),
    qualified=Qualified(1, top=10),
    prediction=GUESS,
    prizes=(Prize("Giải nhất", 1, value="5.000.000 đồng"),),
    agency_prizes=(AgencyPrize("Giải tập thể", 2, floor=50),),
)
WITHOUT_GROUPS = msgspec.structs.replace(PLAIN, groups=(), blueprint=CELLS[:1])
OTHERWISE: dict[str, list[Any]] = {
    "minutes": [21, 19],
    "attempts": [0, 1, 3],
    "blueprint": [CELLS],
    "agencies": [(), ("SO-TC",), ("SO-TC", "UBND")],
    "show_score": [Reveal.CLOSE, Reveal.PUBLICATION, Reveal.NEVER],
    "show_answers": [Reveal.RECEIPT, Reveal.CLOSE, Reveal.NEVER],
    "board": [BoardPolicy.LIVE, BoardPolicy.HIDDEN],
    "freeze_minutes": [45, 61],
    "top": [7],
    "full_names": [True],
    "criteria": [("points",), ("points", "elapsed", "prediction"), ("points", "prediction", "elapsed", "lots")],
    "trial": [True],
    "marking": [MarkingRule.RIGHT_MINUS_WRONG],
    "groups": [
        (),
        (A,),
        (B,),
        (A, msgspec.structs.replace(A, code="C"), B),
        *(
            (msgspec.structs.replace(A, **change), B)
            for change in (
                {"code": "C"},
                {"name": "Công chức"},
                {"blueprint": CELLS[:1]},
                {"blueprint": (msgspec.structs.replace(CELLS[0], topic="dich-vu-cong"), CELLS[1])},
                {"blueprint": (msgspec.structs.replace(CELLS[0], difficulty=3), CELLS[1])},
                {"blueprint": (msgspec.structs.replace(CELLS[0], count=4), CELLS[1])},
                {"agencies": ("SO-TP",)},
                {"blocs": ("dang",)},
                {"age_from": 20},
                {"age_to": 50},
            )
        ),
    ],
    "blocs": [("dang",), ("cap-xa",)],
    "age_from": [0, 19],
    "age_to": [0, 61],
    "qualified": [
        None,
        Qualified(2, top=10),
        Qualified(1, top=9),
        Qualified(1, per_agency=10),
        Qualified(1, points=10),
    ],
    "assurance": [Assurance.ROSTER, Assurance.IDENTITY],
    "last_start": [LastStart.FULL_TIME],
    "counts": [Counting.EARLIEST_BEST, Counting.FIRST, Counting.LAST],
    "prediction": [
        None,
        *(
            msgspec.structs.replace(GUESS, **change)
            for change in (
                {"of": PredictionOf.TAKERS},
                {"of": PredictionOf.ATTEMPTS},
                {"over": PredictionOver.GROUP},
                {"when": PredictionWhen.BEFORE},
                {"attempt": PredictionAttempt.FIRST},
                {"attempt": PredictionAttempt.LAST},
            )
        ),
    ],
    "show_explanations": [Reveal.CLOSE, Reveal.NEVER],
    "neutralised": [NeutralRule.ANSWERED],
    "prizes": [
        (),
        *(
            (msgspec.structs.replace(PLAIN.prizes[0], **change),)
            for change in ({"name": "Giải nhì"}, {"count": 2}, {"each_group": True}, {"value": "–"}, {"value": ""})
        ),
    ],
    "agency_prizes": [
        (),
        *(
            (msgspec.structs.replace(PLAIN.agency_prizes[0], **change),)
            for change in (
                {"name": "Cờ"},
                {"count": 3},
                *({"by": by} for by in AgencyMeasure if by is not AgencyMeasure.TAKERS),
                {"each_bloc": True},
                {"floor": 0},
                {"value": "Cờ"},
            )
        ),
    ],
}
OVERALL = ContestRules(
    overall=True, rounds_required=2, prizes=(Prize("Giải nhất", 1),), agency_prizes=(AgencyPrize("Giải tập thể", 1),)
)
OVERALL_OTHERWISE: dict[str, list[Any]] = {
    "overall": [False],
    "rounds_required": [1, 3],
    "criteria": [("points",), ("points", "submitted_at", "elapsed"), ("points", "elapsed", "submitted_at", "lots")],
    "one_prize": [True],
    "prizes": [(), (Prize("Giải nhất", 2),), (Prize("Giải nhất", 1, value="1"),)],
    "agency_prizes": [(), (AgencyPrize("Giải tập thể", 1, floor=1),)],
}


def view(rules: RoundRules, number: int = 1, title: str = "", contest: ContestRules = ContestRules()) -> RoundView:
    """A scheduled round with these rules."""
    opens = rule_sets.OPENS + timedelta(weeks=number - 1)
    return RoundView(
        pk=number,
        id=f"{number:016}",
        number=number,
        title=title or f"Tuần {number}",
        contest=ContestView("c" * 16, "Cuộc thi", "Ban Tổ chức", "", "", False, contest, None),
        opens_at=opens,
        closes_at=opens + timedelta(days=7),
        rules=rules,
        revision=1,
        state=RoundState.SCHEDULED,
        ends_at=opens + timedelta(days=7),
        exceptions=Exceptions(),
        moves=0,
        settled=False,
    )


def text(*rules: RoundRules, contest: ContestRules = ContestRules()) -> list[Section]:
    """The articles of a contest with these rounds."""
    return official_rules(contest, [view(r, n) for n, r in enumerate(rules, start=1)], NAMES)


def test_every_rule_is_tried_here() -> None:
    assert set(OTHERWISE) == set(RoundRules.__struct_fields__)
    assert set(OVERALL_OTHERWISE) == set(ContestRules.__struct_fields__)


@pytest.mark.parametrize("rule", OTHERWISE)
def test_another_rule_is_another_text(rule: str) -> None:
    one = WITHOUT_GROUPS if rule == "blueprint" else PLAIN
    said = Counter([plain(text(one))])
    for value in OTHERWISE[rule]:
        said[plain(text(normalised(msgspec.structs.replace(one, **{rule: value}))))] += 1
    assert max(said.values()) == 1


@pytest.mark.parametrize("rule", OVERALL_OTHERWISE)
def test_another_rule_of_the_contest_is_another_text(rule: str) -> None:
    said = Counter([plain(text(PLAIN, contest=OVERALL))])
    for value in OVERALL_OTHERWISE[rule]:
        contest = normalised_contest(msgspec.structs.replace(OVERALL, **{rule: value}))
        said[plain(text(PLAIN, contest=contest))] += 1
    assert max(said.values()) == 1


@many
@given(rule_sets.round_rules(), rule_sets.round_rules())
def test_texts_are_equal_where_rules_are(one: RoundRules, other: RoundRules) -> None:
    assert (text(one) == text(other)) == (one == other)
    assert (plain(text(one)) == plain(text(other))) == (one == other)
    for name, made in rule_sets.mutations(one, other):
        assert text(made) != text(one), name
        assert plain(text(made)) != plain(text(one)), name


@many
@given(rule_sets.contest_rules(), rule_sets.contest_rules())
def test_texts_of_contests_are_equal_where_rules_are(one: ContestRules, other: ContestRules) -> None:
    assert (plain(text(PLAIN, contest=one)) == plain(text(PLAIN, contest=other))) == (one == other)


@many
@given(st.lists(rule_sets.round_rules(), min_size=2, max_size=2), st.data())
def test_which_round_has_which_rules(rules: list[RoundRules], data: st.DataObject) -> None:
    some = data.draw(st.lists(st.sampled_from(rules), min_size=1, max_size=4))
    others = data.draw(st.lists(st.sampled_from(rules), min_size=len(some), max_size=len(some)))
    assert (plain(text(*some)) == plain(text(*others))) == (some == others)


@many
@given(rule_sets.loose_round_rules())
def test_rules_are_normalised_once(loose: RoundRules) -> None:
    once = normalised(loose)
    assert normalised(once) == once
    again = msgspec.structs.replace(
        loose,
        agencies=(*reversed(loose.agencies), *loose.agencies),
        blueprint=loose.blueprint[::-1],
        freeze_minutes=loose.freeze_minutes + (loose.board is not BoardPolicy.FROZEN),
    )
    assert normalised(again) == once


def test_rounds_of_one_title_are_told_apart() -> None:
    shorter = msgspec.structs.replace(PLAIN, minutes=10)

    def titled(*rules: RoundRules) -> str:
        return plain(official_rules(ContestRules(), [view(r, n, "Tuần") for n, r in enumerate(rules, 1)], NAMES))

    assert titled(PLAIN, shorter, PLAIN) != titled(PLAIN, PLAIN, shorter)
    assert "Tuần (1); Tuần (3)\tThời gian làm một bài thi là 20 phút" in titled(PLAIN, shorter, PLAIN)


def test_the_window() -> None:
    one = view(PLAIN)
    said = plain(official_rules(ContestRules(), [one], NAMES))
    assert "từ 08:00, thứ Hai, 23/11/2026 đến 08:00, thứ Hai, 30/11/2026 (giờ Việt Nam)" in said
    midnight = replace(one, closes_at=one.closes_at - timedelta(hours=8))
    assert "đến 24 giờ 00, Chủ nhật, 29/11/2026" in plain(official_rules(ContestRules(), [midnight], NAMES))
    seconds = replace(one, closes_at=one.closes_at + timedelta(seconds=7))
    assert "đến 08:00:07, thứ Hai" in plain(official_rules(ContestRules(), [seconds], NAMES))
    later = replace(one, exceptions=Exceptions(closes={"SO-NV": one.closes_at + timedelta(hours=2)}))
    assert "Riêng Cơ quan SO-NV và đơn vị trực thuộc: đến 10:00, thứ Hai" in plain(
        official_rules(ContestRules(), [later], NAMES)
    )


def test_no_rounds_no_text() -> None:
    assert official_rules(ContestRules(), [], NAMES) == []
