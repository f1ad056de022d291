"""Which records are complete, what may be decided when, which late sheets count: pure."""

from datetime import timedelta
from typing import Any

import pytest

from contest.attempts.incidents import rules as r
from contest.attempts.incidents.rules import Measures, Sheet
from contest.rounds.rules import Prediction, Reveal, RoundState
from tests.world import MONDAY, rules

HOUR = timedelta(hours=1)
WINDOW: dict[str, Any] = {"opens_at": MONDAY, "closes_at": MONDAY + 24 * HOUR, "now": MONDAY + 10 * HOUR}


def _measures(state: RoundState = RoundState.OPEN, changes: dict[str, Any] | None = None, **measures: Any) -> set[str]:
    return set(
        r.measure_problems(
            Measures(**measures), rules=rules(**(changes or {})), state=state, closes=[MONDAY + 24 * HOUR],
            opens_at=MONDAY, now=MONDAY + 10 * HOUR,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [(2, 2, "ends_at"), (3, 2, "ends_at"), (9, 11, "ends_at"), (-20, 5, "ends_at"), (-2, 0, "starts_at"), (2, 3, None)],
)
def test_the_time_of_an_incident(start: float, end: float, field: str | None) -> None:
    found = r.window_problems(starts_at=MONDAY + start * HOUR, ends_at=MONDAY + end * HOUR, **WINDOW)
    assert set(found) == ({field} if field else set())


def test_measures_that_contradict_themselves_or_come_too_late() -> None:
    everything: dict[str, Any] = {"minutes": 5, "attempts": 1, "closes_at": MONDAY + 25 * HOUR}
    assert _measures(**everything, late=True) == set()
    assert _measures(RoundState.CLOSED, **everything) == {"minutes", "attempts", "closes_at"}
    assert _measures(RoundState.CLOSED, void=True) == _measures(RoundState.CLOSED, late=True) == set()
    assert _measures(RoundState.PUBLISHED, void=True) == {"measures"}
    assert _measures(RoundState.PUBLISHED) == set()
    assert _measures(void=True, minutes=5) == {"minutes"}
    assert _measures(void=True, late=True) == {"late"}
    assert _measures(minutes=181, attempts=6, late_margin=61) == {"minutes", "attempts", "late_margin"}
    assert _measures(attempts=1, changes={"attempts": 0}) == {"attempts"}
    assert _measures(closes_at=MONDAY + 24 * HOUR) == _measures(closes_at=MONDAY + timedelta(days=46)) == {"closes_at"}


def test_since_when_scores_could_be_seen() -> None:
    def seen(state: RoundState = RoundState.OPEN, **changes: Any) -> Any:
        return r.seen_since(
            rules=rules(**changes), state=state, ends_at=MONDAY + 24 * HOUR, first_finished_at=MONDAY + HOUR
        )

    assert seen(show_score=Reveal.RECEIPT) == MONDAY + HOUR
    assert seen(show_score=Reveal.CLOSE) is None
    assert seen(RoundState.CLOSED, show_score=Reveal.CLOSE) == MONDAY + 24 * HOUR
    assert seen(RoundState.CLOSED, show_score=Reveal.PUBLICATION) is None
    assert seen(RoundState.CLOSED, show_score=Reveal.NEVER, prediction=Prediction()) == MONDAY + 24 * HOUR


def test_which_late_sheets_count() -> None:
    def kind(minutes: float, seen: float | None = None) -> Sheet:
        return r.sheet(
            MONDAY + timedelta(minutes=minutes), starts_at=MONDAY, ends_at=MONDAY + timedelta(minutes=10), margin=15,
            seen=None if seen is None else MONDAY + timedelta(minutes=seen),
        )  # fmt: skip

    assert [kind(m) for m in (-1, 0, 10, 25, 26)] == [
        Sheet.OUTSIDE, Sheet.ADMISSIBLE, Sheet.ADMISSIBLE, Sheet.ADMISSIBLE, Sheet.OUTSIDE,
    ]  # fmt: skip
    assert [kind(5, seen=s) for s in (4, 5, 6)] == [Sheet.SEEN, Sheet.SEEN, Sheet.ADMISSIBLE]


def test_columns_fit_on_a_page() -> None:
    for minutes in (1, 20, 60, 300, 24 * 60):
        step = r.step_of(MONDAY, MONDAY + timedelta(minutes=minutes))
        assert (minutes + 120) / step <= r.COLUMNS_MAX
    assert r.step_of(MONDAY, MONDAY + timedelta(minutes=20)) == 1
