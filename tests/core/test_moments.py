"""Days and times as people type them in forms."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.web.moments import read_day, read_time


@given(st.text(max_size=12))
def test_reading_days_and_times_never_fails(text: str) -> None:
    read_day(text)
    assert (since := read_time(text)) is None or timedelta(0) <= since <= timedelta(hours=24)
