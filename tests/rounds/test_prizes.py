"""Who gets which prize, worked out by hand; what nobody can know yet is not awarded."""

from datetime import UTC, datetime, timedelta

from contest.rounds.prizes import AgencyFigures, Award, award, award_agencies, award_groups, overall
from contest.rounds.ranking import Ranked, Result, rank
from contest.rounds.rules import AgencyMeasure, AgencyPrize, Prize

OPENS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
FIRST, SECOND = Prize("Giải Nhất", 1), Prize("Giải Nhì", 2)


def result(who: str, points: int, elapsed: int = 0, seconds: float = 0, lot: str = "0") -> Result:
    return Result(who, points, elapsed, OPENS + timedelta(seconds=seconds), lot=lot)


def ranked(**points: int) -> list[Ranked]:
    return rank((result(who, n) for who, n in points.items()), ("points",))


def test_prizes_go_down_the_ranks_past_who_is_barred() -> None:
    places = ranked(an=9, binh=8, chi=7, dung=6, em=5)
    assert award(places, [FIRST, SECOND], barred=["binh"]) == [
        Award("Giải Nhất", "", ("an",)),
        Award("Giải Nhì", "", ("chi", "dung")),
    ]
    assert award(ranked(an=9), [FIRST, SECOND]) == [Award("Giải Nhất", "", ("an",)), Award("Giải Nhì", "", ())]
    assert award([], [FIRST]) == [Award("Giải Nhất", "", ())]


def test_a_tie_for_a_prize_leaves_it_and_what_follows_open() -> None:
    assert award(ranked(an=9, binh=9, chi=8), [FIRST, SECOND]) == [Award("Giải Nhất", "", (), ("an", "binh"), 1)]
    # Two are equal for the second of two places; the first is sure.
    assert award(ranked(an=9, binh=8, chi=8), [SECOND]) == [Award("Giải Nhì", "", ("an",), ("binh", "chi"), 1)]
    # A tie within the places of one prize parts nobody.
    assert award(ranked(an=9, binh=9, chi=8), [SECOND]) == [Award("Giải Nhì", "", ("an", "binh"))]


def test_prizes_over_all_groups_come_before_those_of_each_group() -> None:
    places = {"": ranked(an=9, binh=8, chi=7), "A": ranked(an=9, chi=7), "B": ranked(binh=8)}
    own = Prize("Giải bảng", 1, each_group=True)
    assert award_groups(places, [own, FIRST]) == [
        Award("Giải Nhất", "", ("an",)),
        Award("Giải bảng", "A", ("chi",)),
        Award("Giải bảng", "B", ("binh",)),
    ]


def test_who_loses_a_tie_over_all_may_still_win_in_their_group() -> None:
    places = {
        "": ranked(an=9, binh=9, chi=7, dung=6),
        "A": ranked(an=9, binh=9, chi=7),
        "B": ranked(dung=6),
    }
    own = Prize("Giải bảng", 1, each_group=True)
    # Whoever of the two loses has the prize of A: so it is not Chi's, and it is not decided yet.
    assert award_groups(places, [FIRST, own]) == [
        Award("Giải Nhất", "", (), ("an", "binh"), 1),
        Award("Giải bảng", "B", ("dung",)),
    ]
    # Somebody still gets a second prize over all: nothing is known of the groups.
    assert award_groups(places, [FIRST, SECOND, own]) == [Award("Giải Nhất", "", (), ("an", "binh"), 1)]


def agency(
    code: str, takers: int, *, bloc: str = "xa", points: int = 0, winners: int = 0, of: int = 0
) -> AgencyFigures:
    return AgencyFigures(code, bloc, takers, takers, points, winners, of)


def test_collective_prizes_one_each() -> None:
    most, best = AgencyPrize("Nhiều người nhất", 1), AgencyPrize("Nhiều giải nhất", 1, AgencyMeasure.WINNERS)
    rows = [agency("a", 30, winners=5), agency("b", 20, winners=3), agency("c", 10, winners=4), agency("d", 0)]
    assert award_agencies(rows, [most, best]) == [
        Award("Nhiều người nhất", "", ("a",)),
        Award("Nhiều giải nhất", "", ("c",)),
    ]


def test_an_agency_that_loses_a_tie_stays_in_for_the_next_prize() -> None:
    rows = [agency("a", 10, points=70), agency("b", 10, points=70), agency("c", 5, winners=2)]
    first, next_ = AgencyPrize("Giải Nhất", 1), AgencyPrize("Giải Nhì", 1)
    assert award_agencies(rows, [first, next_]) == [Award("Giải Nhất", "", (), ("a", "b"), 1)]
    # A prize that none of the two comes near is sure all the same.
    winners = AgencyPrize("Nhiều giải nhất", 1, AgencyMeasure.WINNERS)
    assert award_agencies(rows, [first, winners])[1] == Award("Nhiều giải nhất", "", ("c",))


def test_a_tie_in_one_bloc_does_not_stop_another() -> None:
    rows = [agency("a", 10), agency("b", 10), agency("c", 5, bloc="so"), agency("d", 4, bloc="so")]
    prizes = [AgencyPrize("Giải Nhất", 1, each_bloc=True), AgencyPrize("Giải Nhì", 1, each_bloc=True)]
    assert award_agencies(rows, prizes) == [
        Award("Giải Nhất", "so", ("c",)),
        Award("Giải Nhất", "xa", (), ("a", "b"), 1),
        Award("Giải Nhì", "so", ("d",)),
    ]


def test_the_share_of_the_headcount_and_its_floor() -> None:
    rows = [
        agency("half", 50, points=400, of=100),
        agency("fewer", 49, points=490, of=100),
        agency("same share, better", 5, points=45, of=10),
        agency("unknown", 400, points=4000),
    ]
    prize = AgencyPrize("Giải tập thể", 2, AgencyMeasure.RATE, floor=50)
    assert award_agencies(rows, [prize])[0].winners == ("same share, better", "half")


def test_the_whole_contest_adds_up() -> None:
    first = {"an": result("an", 9, 100, 10), "binh": result("binh", 10, 90, 20), "chi": result("chi", 10, 50, 30)}
    second = {"an": result("an", 9, 100, 5), "binh": result("binh", 8, 110, 50)}
    places = overall([first, second], criteria=("points", "elapsed", "submitted_at"), rounds_required=2)
    # 18 points and 200 ms each; An's latest paper came in earlier. Chi took part once only.
    assert [(p.rank, p.result.who, p.decided_by) for p in places] == [(1, "an", ""), (2, "binh", "submitted_at")]
    assert [p.result.who for p in overall([first, second], criteria=("points",), rounds_required=1)] == [
        "an",
        "binh",
        "chi",
    ]
    assert overall([], criteria=("points",), rounds_required=1) == []


def test_one_prize_a_person_over_the_contest() -> None:
    rounds = [{"an": result("an", 10), "binh": result("binh", 9), "chi": result("chi", 8)}] * 2
    places = overall(rounds, criteria=("points",), rounds_required=2)
    assert award(places, [FIRST, SECOND], barred=["an"]) == [
        Award("Giải Nhất", "", ("binh",)),
        Award("Giải Nhì", "", ("chi",)),
    ]
