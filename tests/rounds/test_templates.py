"""Real contests as rule sets: each can be held or is refused with its reason; who wins, worked out by hand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from contest.rounds import checks
from contest.rounds.eligibility import Bar, Taker, group_of
from contest.rounds.predictions import Sat, actual, settled
from contest.rounds.prizes import AgencyFigures, Award, award_agencies, award_groups
from contest.rounds.ranking import Result, counted, prediction_of, rank_groups
from contest.rounds.rules import BlueprintCell, PredictionOf, RoundRules
from contest.rounds.templates.every import EVERY, usable
from contest.rounds.templates.model import Coverage, Planned, Template, spread
from contest.rounds.templates.schools import QUANG_NAM_READINGS
from questions.drawing import Cell, disjoint_papers

MONDAY = date(2026, 11, 23)
OPENS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BANK = {(topic, difficulty): 150 for topic in ("kiem-soat", "mot-cua", "dich-vu-cong") for difficulty in (1, 2, 3)}
BY_CODE = {template.code: template for template in EVERY}


def problems(planned: Planned) -> list[str]:
    opens_at, closes_at = planned.window(MONDAY)
    found = checks.check(planned.filled(BANK), opens_at=opens_at, closes_at=closes_at, available=BANK)
    assert not found.shortages
    return [message for message, _ in found.problems]


def test_every_real_contest_is_here_once() -> None:
    assert len(BY_CODE) == len(EVERY) == 17  # the sixteen of the table, and the youth format below it
    assert {t.code for t in EVERY if t.coverage is Coverage.FULL} == {
        "bo-tu-phap-2021",
        "gia-lai-2025",
        "bac-tra-my-2021",
    }
    assert {t.code for t in EVERY if t.refused} == {t.code for t in EVERY if t.coverage is Coverage.REFUSED}
    assert {t.code for t in EVERY if t.refused} == {"quang-nam-2014", "trung-uong-doan-2025"}
    assert all(t.note and t.summary and t.sources and "[" not in t.sources for t in EVERY)


@pytest.mark.parametrize("template", EVERY, ids=lambda template: template.code)
def test_it_can_be_held_or_is_refused_with_exactly_that_reason(template: Template) -> None:
    expected = [template.refused] if template.refused else []
    for planned in template.rounds:
        assert problems(planned) == expected
    assert template.rounds or template.refused
    assert (usable(template.code) is None) == bool(template.refused)
    windows = [planned.window(MONDAY) for planned in template.rounds]
    assert all(before[1] <= after[0] for before, after in pairwise(windows))


def test_quang_nam_contradicts_itself() -> None:
    """Each of its two meanings can be held; the same answers give them different winners."""
    winners = []
    for reading in QUANG_NAM_READINGS:
        assert len(reading) == 3
        assert problems(reading[0]) == []
        rules = reading[0].rules
        people = [person("an", 15, predicts=1), person("binh", 15, predicts=3), person("chi", 3)]
        winners.append(winners_of(rules, people, perfect={"an"}))
    assert winners == [[("Giải Nhất", ("an",))], [("Giải Nhất", ("binh",))]]


def test_calendars() -> None:
    def first(code: str) -> list[str]:
        return [f"{at:%a %H:%M}" for at in BY_CODE[code].rounds[0].window(MONDAY)]

    assert first("nghe-an-2019") == ["Mon 08:00", "Mon 08:00"]
    assert first("hue-2025") == ["Mon 00:00", "Mon 00:00"]  # pages say: to 24:00 on Sunday
    assert first("vcnet") == ["Mon 10:00", "Mon 09:00"]
    one, two = (planned.window(MONDAY) for planned in BY_CODE["vcnet"].rounds[:2])
    assert two[0] - one[1] == timedelta(hours=1)


def test_spreading_keeps_papers_apart() -> None:
    bank = {("a", 1): 40, ("a", 2): 10, ("b", 1): 7, ("c", 3): 1, ("d", 1): 0}
    made = spread(20, bank)
    assert sum(cell.count for cell in made) == 20
    assert made == (BlueprintCell("a", 1, 15), BlueprintCell("a", 2, 3), BlueprintCell("b", 1, 2))
    assert disjoint_papers(bank, [Cell(c.topic, c.difficulty, c.count) for c in made]) == 2
    assert spread(3, {("a", 1): 1}) == (BlueprintCell("a", 1, 3),)  # the check names what is short
    assert spread(5, {}) == spread(0, bank) == ()


def person(
    who: str, points: int, *, minute: float = 0, elapsed: float = 10, predicts: int | None = None, lot: str = "0"
) -> Result:
    """An attempt handed in ``minute`` minutes after the opening, sat for ``elapsed`` minutes."""
    at = OPENS + timedelta(minutes=minute)
    return Result(who, points, int(elapsed * 60_000), at, prediction=predicts, lot=lot)


def winners_of(
    rules: RoundRules,
    attempts: Iterable[Result],
    *,
    perfect: Iterable[str] = (),
    groups: dict[str, str] | None = None,
) -> list[tuple[str, tuple[str, ...]]]:
    """What a round's results make of these attempts: (prize, winners), as the committee would read it."""
    return [(a.prize, a.winners) for a in awards_of(rules, attempts, perfect=set(perfect), groups=groups or {})]


def awards_of(
    rules: RoundRules, attempts: Iterable[Result], *, perfect: set[str], groups: dict[str, str]
) -> list[Award]:
    by_person: dict[str, list[Result]] = {}
    for attempt in attempts:
        by_person.setdefault(attempt.who, []).append(attempt)
    chosen = []
    for results in by_person.values():
        best = counted(results, counting=rules.counts, criteria=rules.live_criteria)
        assert best is not None
        which = rules.prediction.attempt if rules.prediction else None
        chosen.append(replace(best, prediction=prediction_of(results, chosen=best, attempt=which) if which else None))
    if rules.prediction:
        sat = [Sat(groups.get(r.who, ""), len(by_person[r.who]), r.who in perfect) for r in chosen]
        true = actual(rules.prediction, sat)
        chosen = [settled(rules.prediction, r, group=groups.get(r.who, ""), actual=true) for r in chosen]
    return award_groups(rank_groups([(groups.get(r.who, ""), r) for r in chosen], rules), rules.prizes)


def test_central_family_points_then_prediction_then_earliest() -> None:
    rules = BY_CODE["bo-tu-phap-2021"].rounds[0].rules
    attempts = [
        person("an", 19, predicts=9, minute=1),  # perfect, 6 off
        person("binh", 19, predicts=2, minute=90),  # perfect, 1 off
        person("chi", 19, predicts=4, minute=80),  # perfect, 1 off, earlier than Bình
        person("dung", 18, predicts=3, minute=2),  # exactly right, but a point less
        person("em", 18, minute=1),  # no prediction: behind everybody with 18 who has one
        person("giang", 18, predicts=99_999_999, minute=3),
    ]
    assert winners_of(rules, attempts, perfect={"an", "binh", "chi"}) == [
        ("Giải Nhất", ("chi",)),
        ("Giải Nhì", ("binh", "an", "dung", "giang", "em")),
        ("Giải Ba", ()),
        ("Giải Khuyến khích", ()),
    ]


def test_schools_points_then_duration_then_prediction_then_the_committee() -> None:
    rules = BY_CODE["bac-tra-my-2021"].rounds[0].rules
    attempts = [
        person("an", 20, elapsed=12, predicts=1),
        person("binh", 20, elapsed=11, predicts=9),  # shorter: first, whatever was predicted
        person("chi", 20, elapsed=12, predicts=4),  # 4 perfect in A: nearest of those with 12 minutes
        person("dung", 20, elapsed=12, predicts=1),  # as An in everything
        person("em", 19, elapsed=5, predicts=4),
        person("nho", 20, elapsed=30, predicts=1),  # alone in B
    ]
    groups = {**dict.fromkeys(["an", "binh", "chi", "dung", "em"], "A"), "nho": "B"}
    found = awards_of(rules, attempts, perfect={"an", "binh", "chi", "dung", "nho"}, groups=groups)
    assert found[:2] == [
        Award("Giải Nhất", "A", ("binh",)),
        Award("Giải Nhì", "A", ("chi",), ("an", "dung"), 1),  # one place for two: the committee decides
    ]
    assert next((a.prize, a.winners) for a in found if a.group == "B") == ("Giải Nhất", ("nho",))
    assert group_of(BY_CODE["bac-tra-my-2021"].rounds[0].rules, Taker("", "", date(2016, 11, 24)), on=MONDAY) == "A"
    assert group_of(rules, Taker("", "", date(2015, 11, 23)), on=MONDAY) == "B"
    assert group_of(rules, Taker("", "", date(2010, 1, 1)), on=MONDAY) is Bar.AGE


def test_schools_with_lots_where_the_committee_wants_none_left() -> None:
    rules = BY_CODE["bac-tra-my-2021"].rounds[0].rules
    attempts = [person("an", 20, lot="b"), person("binh", 20, lot="a")]
    both = dict.fromkeys(["an", "binh"], "A")
    assert awards_of(rules, attempts, perfect=set(), groups=both)[0] == Award("Giải Nhất", "A", (), ("an", "binh"), 1)
    drawn = _with(rules, criteria=(*rules.criteria, "lots"))
    assert awards_of(drawn, attempts, perfect=set(), groups=both)[0] == Award("Giải Nhất", "A", ("binh",))


def _with(rules: RoundRules, **changes: object) -> RoundRules:
    return msgspec.structs.replace(rules, **changes)


def test_vcnet_keeps_the_earliest_of_the_best() -> None:
    rules = BY_CODE["vcnet"].rounds[0].rules
    assert rules.unlimited
    attempts = [
        person("an", 9, minute=10, elapsed=5, predicts=2),
        person("an", 10, minute=50, elapsed=14, predicts=5),  # counts: most points
        person("an", 10, minute=60, elapsed=1, predicts=2),  # as good and shorter, but later
        person("binh", 10, minute=55, elapsed=14, predicts=5),
        person("chi", 10, minute=70, elapsed=1, predicts=3),  # three perfect: exactly right
    ]
    assert winners_of(rules, attempts, perfect={"an", "binh", "chi"})[:2] == [
        ("Giải Nhất", ("chi",)),
        ("Giải Nhì", ("an", "binh")),  # both 2 off; An's counted paper came 5 minutes earlier
    ]


def test_hai_duong_best_of_three_and_collectives_from_half_of_the_staff() -> None:
    rules = BY_CODE["hai-duong-2024"].rounds[0].rules
    attempts = [
        person("an", 15, minute=1, predicts=7),
        person("an", 20, minute=30, predicts=2),  # the best of three, with its prediction
        person("an", 18, minute=50, predicts=1),
        person("binh", 20, minute=40, predicts=2),
        person("chi", 19, minute=2, predicts=2),
    ]
    assert winners_of(rules, attempts, perfect={"an", "binh"}) == [
        ("Giải Nhất", ("an",)),
        ("Giải Nhì", ("binh", "chi")),
        ("Giải Ba", ()),
    ]
    figures = [
        AgencyFigures("SO-NV", "chinh-quyen-cap-tinh", 49, 99, 980, 0, headcount=100),  # perfect, but 49%
        AgencyFigures("SO-TP", "chinh-quyen-cap-tinh", 60, 90, 600, 0, headcount=100),
        AgencyFigures("SO-TC", "chinh-quyen-cap-tinh", 30, 90, 450, 0, headcount=50),  # 60% too, a better mean
        AgencyFigures("SO-XD", "chinh-quyen-cap-tinh", 50, 50, 400, 0, headcount=100),  # just 50%, third
        AgencyFigures("17329", "cap-xa", 20, 20, 100, 0, headcount=40),
        AgencyFigures("17380", "cap-xa", 99, 99, 999, 0),  # headcount unknown
    ]
    assert award_agencies(figures, rules.agency_prizes) == [
        Award("Giải tập thể", "cap-xa", ("17329",)),
        Award("Giải tập thể", "chinh-quyen-cap-tinh", ("SO-TC", "SO-TP")),
    ]


def test_hue_three_prizes_in_each_of_two_groups() -> None:
    rules = BY_CODE["hue-2025"].rounds[0].rules
    civil = [person(f"c{n}", 15, minute=n, predicts=5) for n in range(5)]  # five perfect, all right: the earliest
    public = [
        person("d0", 15, minute=1, predicts=5),  # one perfect among citizens: 4 off
        person("d1", 14, minute=9, predicts=1),
        person("d2", 14, minute=8, predicts=3),
        person("d3", 14, minute=7),
    ]
    groups = {r.who: "A" for r in civil} | {r.who: "B" for r in public}
    perfect = {r.who for r in civil} | {"d0"}
    found = awards_of(rules, civil + public, perfect=perfect, groups=groups)
    assert [(a.group, a.prize, a.winners) for a in found] == [
        ("A", "Giải Nhất", ("c0",)),
        ("A", "Giải Nhì", ("c1",)),
        ("A", "Giải Ba", ("c2",)),
        ("B", "Giải Nhất", ("d0",)),
        ("B", "Giải Nhì", ("d1",)),
        ("B", "Giải Ba", ("d2",)),
    ]
    assert group_of(rules, Taker("40/17329/", "cap-xa", date(2000, 1, 1)), on=MONDAY) == "A"
    assert group_of(rules, Taker("", "", date(2008, 11, 23)), on=MONDAY) == "B"
    assert group_of(rules, Taker("", "", date(2008, 11, 24)), on=MONDAY) is Bar.GROUP


def test_gia_lai_most_entrants_and_most_winners() -> None:
    rules = BY_CODE["gia-lai-2025"].rounds[0].rules
    figures = [
        AgencyFigures("THPT-1", "su-nghiep", 300, 300, 4000, 6),
        AgencyFigures("THPT-2", "su-nghiep", 250, 250, 4900, 5),
        AgencyFigures("THPT-3", "su-nghiep", 90, 90, 1700, 5),
    ]
    # The first has the most of both and one prize only; of two with five winners the larger one.
    assert award_agencies(figures, rules.agency_prizes) == [
        Award("Tập thể nhiều người dự thi nhất", "", ("THPT-1",)),
        Award("Tập thể nhiều người đạt giải nhất", "", ("THPT-2",)),
    ]
    assert sum(prize.count for prize in rules.prizes) == 29


def test_ldld_prizes_add_up() -> None:
    template = BY_CODE["ldld-tphcm-2025"]
    assert (
        sum(p.count for planned in template.rounds for p in planned.rules.prizes for _ in planned.rules.groups) == 288
    )


def test_predictions_of_takers() -> None:
    rules = BY_CODE["quang-ninh-2023"].rounds[0].rules
    assert rules.prediction is not None
    assert rules.prediction.of is PredictionOf.TAKERS
    attempts = [
        person("an", 9, predicts=2, minute=5),
        person("binh", 9, predicts=4, minute=9),
        person("chi", 9, minute=1),
    ]
    assert winners_of(rules, attempts, perfect={"an", "binh", "chi"})[:2] == [
        ("Giải Nhất", ("an",)),  # three take part: both are one off, An was earlier
        ("Giải Nhì", ("binh", "chi")),
    ]
