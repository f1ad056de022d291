"""How moments, numbers and durations read, in both languages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from core import clock
from core.extensions import dispose_database
from core.settings import Settings
from core.web import formats

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08:00 in Vietnam


@pytest.fixture(scope="module")
def site(var: Path, redis_server: tuple[str, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application; no page is asked for, so its database stays empty."""
    file = tmp_path_factory.mktemp("formats") / "empty.db"
    app = create_app(
        Settings(database_url=f"sqlite:///{file}", redis_url=redis_server[0], secret_key="k" * 40, var_dir=var)
    )
    yield app
    dispose_database(app)


@pytest.fixture
def vietnamese(site: Flask) -> Iterator[None]:
    with site.test_request_context("/"):
        yield


@pytest.fixture
def english(site: Flask) -> Iterator[None]:
    with site.test_request_context("/?lang=en"):
        yield


@pytest.fixture
def at_monday() -> Iterator[None]:
    clock.set_source(lambda: MONDAY)
    yield
    clock.set_source(None)


@pytest.mark.usefixtures("vietnamese")
def test_moments_are_vietnams() -> None:
    assert formats.when(MONDAY) == "08:00, thứ Hai, 23/11/2026"
    assert formats.when(MONDAY + timedelta(days=6)) == "08:00, Chủ nhật, 29/11/2026"
    # 17:00 UTC is the next day in Vietnam; the offset that a moment carries does not matter.
    assert formats.when(datetime(2026, 11, 23, 17, 30, tzinfo=UTC)) == "00:30, thứ Ba, 24/11/2026"
    hawaii = timezone(timedelta(hours=-10))
    assert formats.when(MONDAY.astimezone(hawaii)) == formats.when(MONDAY)
    assert formats.clock(MONDAY + timedelta(minutes=3, seconds=12)) == "08:03:12"
    assert not formats.english()


@pytest.mark.usefixtures("vietnamese")
def test_every_weekday_has_its_name() -> None:
    said = [formats.when(MONDAY + timedelta(days=day)).split(", ")[1] for day in range(7)]
    assert said == ["thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"]


@pytest.mark.usefixtures("english")
def test_english_says_the_same_moment() -> None:
    assert formats.english()
    assert formats.when(MONDAY) == "08:00, Monday, 23/11/2026"
    assert formats.number(14492) == "14,492"
    assert formats.percent(0.5914) == "59.1%"


@pytest.mark.usefixtures("vietnamese")
def test_a_close_at_midnight_is_24_o_clock_of_the_day_before() -> None:
    midnight = datetime(2026, 11, 29, 17, 0, tzinfo=UTC)
    closes = formats.FILTERS.get("closes", formats.when)
    assert closes(midnight).endswith("Chủ nhật, 29/11/2026")


@pytest.mark.usefixtures("vietnamese")
@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (14492, "14.492"), (1_234_567, "1.234.567"), (2.5, "2,5"), (-7, "-7")]
)
def test_numbers(value: float, text: str) -> None:
    assert formats.number(value) == text


@pytest.mark.usefixtures("vietnamese")
@pytest.mark.parametrize(
    ("value", "text"), [(0, "0%"), (0.591, "59,1%"), (1, "100%"), (0.0005, "0%"), (12.5, "1.250%")]
)
def test_percents(value: float, text: str) -> None:
    assert formats.percent(value) == text


@pytest.mark.usefixtures("vietnamese")
@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 phút 00 giây"),
        (999, "0 phút 00 giây"),
        (59_999, "0 phút 59 giây"),
        (60_000, "1 phút 00 giây"),
        (724_000, "12 phút 04 giây"),
        (10_800_000, "180 phút 00 giây"),
    ],
)
def test_durations_round_down(milliseconds: int, text: str) -> None:
    assert formats.elapsed(milliseconds) == text


@pytest.mark.usefixtures("vietnamese", "at_monday")
@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (timedelta(days=2, hours=3, minutes=12, seconds=59), "Còn 2 ngày 3 giờ 12 phút"),
        (timedelta(days=1), "Còn 1 ngày 0 giờ 0 phút"),
        (timedelta(days=1) - timedelta(seconds=1), "Còn 23 giờ 59 phút"),
        (timedelta(hours=1), "Còn 1 giờ 0 phút"),
        (timedelta(minutes=59, seconds=59), "Còn 59 phút"),
        (timedelta(seconds=30), "Còn 0 phút"),
        (timedelta(0), "Còn 0 phút"),
        (timedelta(days=-3), "Còn 0 phút"),
    ],
)
def test_time_left_rounds_down_and_never_goes_below_nothing(delta: timedelta, text: str) -> None:
    assert formats.until(MONDAY + delta) == text


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_iso_keeps_the_moment_and_an_offset(moment: datetime) -> None:
    read = datetime.fromisoformat(formats.iso(moment))
    assert read.utcoffset() is not None
    assert read.astimezone(UTC) == moment.astimezone(UTC)


def test_templates_know_every_format(site: Flask) -> None:
    for name, function in formats.FILTERS.items():
        assert site.jinja_env.filters[name] is function
