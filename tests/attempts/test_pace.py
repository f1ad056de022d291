"""How fast people are let in and how often they ask: pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest

from contest.attempts import pace as p

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def door(
    *, left: timedelta, minutes: int = 10, per_second: float = 20.0, delay: float = 0.0, whole: bool = False
) -> p.Pace:
    """``left`` until the close; ``whole``: a start must leave the whole time."""
    last = NOW + left - timedelta(minutes=minutes if whole else 0)
    return p.admission(
        now=NOW, last_start=last, closes_at=NOW + left, minutes=minutes, per_second=per_second, delay=delay
    )


def test_far_from_the_close_the_measured_capacity_decides() -> None:
    assert door(left=timedelta(days=1)) == p.Pace(20.0, 40.0, 86_400 - 600)


def test_a_loaded_server_lets_fewer_in_but_never_nobody() -> None:
    shares = [door(left=timedelta(days=1), delay=delay).per_second for delay in (0, 1, 2, 3, 60)]
    assert shares[0] == shares[1] == 20
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == shares[-2] == pytest.approx(2)


def test_who_waits_is_in_while_the_whole_time_is_left() -> None:
    assert door(left=timedelta(minutes=20)).horizon == 600
    assert door(left=timedelta(minutes=12)).horizon == 120


def test_afterwards_the_queue_goes_down_within_half_a_minute() -> None:
    for left in (10, 8, 4):
        assert door(left=timedelta(minutes=left)).horizon == p.ASK_MAX


def test_a_round_as_long_as_its_paper_lets_everybody_in_at_once_after_another() -> None:
    assert door(left=timedelta(minutes=15), minutes=15).horizon == p.ASK_MAX


@pytest.mark.parametrize("seconds", [90, 60, 1])
def test_before_the_close_everybody_enters(seconds: int) -> None:
    assert door(left=timedelta(seconds=seconds), delay=60).horizon == 0
    assert timedelta(seconds=2 * p.ASK_MAX) < p.FLUSH  # whoever asks as told hears of it in time


def test_where_only_whole_papers_start_the_door_aims_at_the_last_start() -> None:
    assert door(left=timedelta(days=1), whole=True).horizon == 86_400 - 600 - p.FLUSH.total_seconds()
    assert door(left=timedelta(minutes=12), whole=True).horizon == 30
    assert door(left=timedelta(minutes=11, seconds=40), whole=True).horizon == 10


@pytest.mark.parametrize("seconds", [90, 60, 1, 0])
def test_before_the_last_start_everybody_enters(seconds: int) -> None:
    pace = door(left=timedelta(minutes=10, seconds=seconds), whole=True, delay=60)
    assert (pace.horizon, pace.burst) == (0, 40)


def test_after_the_last_start_only_those_who_waited_enter() -> None:
    pace = door(left=timedelta(minutes=10, seconds=-1), whole=True)
    assert (pace.horizon, pace.burst) == (0, 0)


def test_who_is_next_asks_most_often_and_nobody_too_seldom() -> None:
    far = door(left=timedelta(days=1))
    asked = [p.ask_again(ahead=ahead, to_open=-1, pace=far, told=True) for ahead in (0, 10, 200, 400, 100_000)]
    assert asked == [p.ASK_MIN, p.ASK_MIN, 7, 15, p.ASK_MAX]


def test_at_the_opening_people_ask_in_the_order_of_their_turns() -> None:
    far = door(left=timedelta(days=1))
    assert [p.ask_again(ahead=n, to_open=10.0, pace=far, told=True) for n in (0, 400, 9_000)] == [10, 25, 60]
    assert p.ask_again(ahead=0, to_open=1_000, pace=far, told=True) == p.ASK_EARLY


def test_where_no_number_may_be_told_none_goes_into_the_answer() -> None:
    for to_open in (500.0, 30.0, -5.0):
        paces = (door(left=timedelta(days=1)), door(left=timedelta(minutes=5), delay=9))
        answers = {p.ask_again(ahead=n, to_open=to_open, pace=x, told=False) for n in (0, 9, 9_999) for x in paces}
        assert len(answers) == 1


def test_saves_grow_rarer_with_the_load() -> None:
    waits = [p.next_save_ms(delay=delay, remaining_ms=900_000) for delay in (0, 0.5, 1, 2.75, 5, 50)]
    assert waits[:2] == [2_000, 2_000]
    assert waits == sorted(waits)
    assert waits[-2:] == [30_000, 30_000]


def test_the_last_answers_are_not_left_to_a_rare_save() -> None:
    assert p.next_save_ms(delay=50, remaining_ms=30_000) == 10_000
    assert p.next_save_ms(delay=50, remaining_ms=3_000) == p.SAVE_MIN_MS
    assert p.next_save_ms(delay=50, remaining_ms=-1) == p.SAVE_MIN_MS
