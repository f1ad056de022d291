"""Assumed crowds and uploaded distributions of scores."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.rounds.crowds import Arrivals, Crowd, Pace, Predictions, assumed_scores
from contest.rounds.score_lists import (
    EMPTY,
    NO_PEOPLE,
    NOT_PEOPLE,
    NOT_POINTS,
    TOO_LONG,
    TOO_MANY_POINTS,
    TOO_WIDE,
    scores_from_rows,
    scores_from_text,
)

quick = settings(max_examples=200, deadline=None)


@pytest.mark.parametrize(
    ("points_max", "share"), [(15, 0.4134), (15, 0.235), (15, 0.59), (1, 0.5), (100, 0.01), (127, 0.99)]
)
def test_assumed_scores_have_the_published_share_of_perfect_papers(points_max: int, share: float) -> None:
    scores = assumed_scores(points_max, perfect_share=share)
    assert list(scores) == list(range(points_max, -1, -1))
    assert scores[points_max] == pytest.approx(share, abs=1e-9)
    assert sum(scores.values()) == pytest.approx(1)
    assert min(scores.values()) >= 0


@pytest.mark.parametrize("share", [0, 1, -1, math.nan])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="perfect_share"):
        assumed_scores(15, perfect_share=share)


def test_a_week_from_monday_0800() -> None:
    moments, shares = Crowd(10, {1: 1}, 15, 7).starts()
    until = dict(zip(moments, shares, strict=True))
    rush, day = 0.01, 0.3 * 0.99
    assert until[24 * 3600] == pytest.approx(rush + day)
    assert 1 - until[6 * 24 * 3600] == pytest.approx(day)
    assert until[3600] == pytest.approx(rush + day * 0.2, rel=0.01)
    assert until[60] == pytest.approx(rush + day * 0.2 / 60, rel=0.01)
    assert (moments[-1], shares[-1]) == (7 * 86_400, pytest.approx(1))


@quick
@given(
    days=st.floats(1e-4, 45),
    opens=st.floats(0, 23.99),
    shares=st.tuples(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0, 1)),
)
def test_starts_fill_the_window(days: float, opens: float, shares: tuple[float, float, float]) -> None:
    moments, until = Crowd(10, {1: 1}, 15, days, arrivals=Arrivals(opens, *shares)).starts()
    assert len(moments) == len(until)
    assert (moments[0], until[0]) == (0, 0)
    assert moments[-1] == pytest.approx(days * 86_400)
    assert until[-1] == pytest.approx(1)
    assert np.all(np.diff(moments) > 0)
    assert np.all(np.diff(until) >= -1e-12)


def test_better_scorers_are_quicker() -> None:
    crowd = Crowd(10, {20: 1, 0: 1}, 10, 7)
    assert [crowd.median_time(points) for points in (20, 10, 0)] == [240_000, 300_000, pytest.approx(360_000)]
    assert Crowd(10, {0: 1}, 10, 7).median_time(0) == 240_000


CROWD = Crowd(10, {1: 1}, 15, 7)
BAD = [{"takers": 0}, {"scores": {}}, {"scores": {1: 0}}, {"scores": {1: 2, 0: -1}}, {"scores": {1: math.inf}}]


@pytest.mark.parametrize(
    "bad", [*BAD, {"minutes": 0}, {"days": math.nan}, {"pace": Pace(spread=-0.1)}, {"pace": Pace(best=0)}]
)
def test_an_impossible_crowd_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="number"):
        replace(CROWD, **bad)  # type: ignore[arg-type]


def test_impossible_guesses_and_arrivals_are_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        Predictions(100, heaping=((0.5, 0.6), (0.1, 0.6)))
    with pytest.raises(ValueError, match="share"):
        Predictions(100, unanswered=1.1)
    with pytest.raises(ValueError, match="number"):
        Predictions(0)
    with pytest.raises(ValueError, match="share"):
        Arrivals(first_day=0.7, last_day=0.7)


@pytest.mark.parametrize(
    "text",
    [
        "Điểm;Số người\n15;14.492\n14;320\n0;1",
        "15\t14.492\n14\t320\n0\t1\n",
        "\ufeffsep=;\r\nĐiểm;Số người;\r\n15;14492;\r\n\r\n14;320;\r\n0;1;\r\n",
        '"Điểm","Số người"\n"15","14,492"\n"14","320"\n0,1',
        "15,0;14 492\n14;300\n0;1\n14;20",
    ],
)
def test_a_distribution_as_people_write_it(text: str) -> None:
    read = scores_from_text(text)
    assert read.errors == []
    assert read.scores == {15: 14_492, 14: 320, 0: 1}


def test_a_bare_list_of_scores() -> None:
    assert scores_from_text("Điểm\n15\n14\n\n15\n").scores == {15: 2, 14: 1}
    assert scores_from_rows([["Điểm"], [15.0], [14], [None], ["15 "]]).scores == {15: 2, 14: 1}


def test_errors_name_their_line() -> None:
    read = scores_from_text("Điểm;Số người\nmười;3\n9,5;3\n16;3\n15;-3\n15;ba\n14\n13;2;Sở Nội vụ\n12;7", points_max=15)
    assert read.errors == [
        (2, NOT_POINTS),
        (3, NOT_POINTS),
        (4, TOO_MANY_POINTS),
        (5, NOT_PEOPLE),
        (6, NOT_PEOPLE),
        (7, NO_PEOPLE),
        (8, TOO_WIDE),
    ]
    assert read.scores == {12: 7}


@pytest.mark.parametrize("text", ["", "\n\n", "Điểm;Số người", "15;0\n14;0"])
def test_nobody_at_all(text: str) -> None:
    assert scores_from_text(text).errors == [(0, EMPTY)]


def test_too_long_a_list() -> None:
    assert scores_from_rows([15] for _ in range(200_001)).errors == [(0, TOO_LONG)]


@quick
@given(st.text(alphabet="0123456789.,;\t\n\"'=x -\u2028\x00đ") | st.text())
def test_any_text_gives_scores_or_errors(text: str) -> None:
    read = scores_from_text(text)
    assert read.errors or sum(read.scores.values()) > 0


@quick
@given(st.lists(st.lists(st.none() | st.integers() | st.floats() | st.booleans() | st.text(max_size=5), max_size=3)))
def test_any_cells_give_scores_or_errors(rows: list[list[object]]) -> None:
    read = scores_from_rows(rows)
    assert read.errors or sum(read.scores.values()) > 0
