"""Overlapping pauses: everybody gets back exactly the time for which they were paused, once."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contest.rounds import lifecycle
from contest.rounds.lifecycle import EVERYBODY, Exceptions

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLOSE = START + timedelta(days=1)
PATHS = {"HUYEN": "40/HUYEN/", "XA": "40/HUYEN/XA/", "SO": "40/SO/"}
CODES = [EVERYBODY, *PATHS]


@given(st.lists(st.tuples(st.sampled_from(CODES), st.integers(1, 30)), max_size=24))
def test_a_close_moves_by_the_time_in_which_its_people_were_paused(steps: list[tuple[str, int]]) -> None:
    now, closes_at, state = START, CLOSE, Exceptions()
    paused_for = dict.fromkeys(PATHS, timedelta(0))
    last = [(code, 1) for code in CODES]
    for code, minutes in [*steps, *last]:
        passed = timedelta(minutes=minutes)
        for unit, path in PATHS.items():
            if state.paused_since(path) is not None:
                paused_for[unit] += passed
        now += passed
        if code in state.paused:
            before = state
            state = lifecycle.resumed(before, code, now=now, closes_at=closes_at, paths=PATHS)
            if code == EVERYBODY:
                closes_at += now - before.paused[code]
        elif (code, minutes) not in last:
            state = Exceptions(closes=state.closes, paused={**state.paused, code: now})
    assert not state.paused
    for unit, path in PATHS.items():
        assert state.close_of(closes_at, path) == CLOSE + paused_for[unit], unit
