"""Overlapping pauses: everybody gets back the time for which they were paused, once; closes are full minutes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contest.rounds import lifecycle
from contest.rounds.lifecycle import EVERYBODY, Exceptions

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLOSE = START + timedelta(days=1)
PATHS = {"HUYEN": "40/HUYEN/", "XA": "40/HUYEN/XA/", "SO": "40/SO/"}
CODES = [EVERYBODY, *PATHS]


@given(st.lists(st.tuples(st.sampled_from(CODES), st.integers(1, 30 * 60)), max_size=24))
def test_a_close_moves_by_the_time_in_which_its_people_were_paused(steps: list[tuple[str, int]]) -> None:
    resumed = 0
    now, closes_at, state = START, CLOSE, Exceptions()
    paused_for = dict.fromkeys(PATHS, timedelta(0))
    last = [(code, 60) for code in CODES]
    for place, (code, seconds) in enumerate([*steps, *last]):
        passed = timedelta(seconds=seconds)
        for unit, path in PATHS.items():
            if state.paused_since(path) is not None:
                paused_for[unit] += passed
        now += passed
        if code in state.paused:
            before = state
            state = lifecycle.resumed(before, code, now=now, closes_at=closes_at, paths=PATHS)
            if code == EVERYBODY:
                closes_at = lifecycle.close_after_pause(closes_at, since=before.paused[code], until=now)
            resumed += 1
        elif place < len(steps):
            state = Exceptions(closes=state.closes, paused={**state.paused, code: now})
    assert not state.paused
    for unit, path in PATHS.items():
        close = state.close_of(closes_at, path)
        assert close.second == 0, unit
        least = CLOSE + paused_for[unit]
        assert least <= close <= least + resumed * timedelta(minutes=1), unit


def test_a_close_that_had_passed_before_the_pause_stays_passed() -> None:
    close = START + timedelta(seconds=7)
    since, until = close + timedelta(seconds=1), close + timedelta(seconds=31)
    assert lifecycle.close_after_pause(close, since=since, until=until) < until
    assert lifecycle.close_after_pause(close, since=close, until=close) == close
