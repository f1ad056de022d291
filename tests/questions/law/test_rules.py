"""What a change of the law does to a citation."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions.law.rules import (
    Change,
    Document,
    articles_of,
    causes,
    covers,
    name_key,
    names_by_number,
    number_of,
    status,
)

RECORDED = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
CHANGES = st.builds(
    Change,
    id=st.integers(1, 9),
    kind=st.sampled_from(["amends", "replaces"]),
    by=st.just("Nghị định 1/2026/NĐ-CP"),
    on=st.none() | DAYS,
    articles=st.lists(st.sampled_from(["Điều 3", "Điều 8", "Chương II"]), max_size=2).map(tuple),
    recorded_at=MOMENTS,
)
DOCUMENTS = st.builds(
    Document,
    id=st.just(1),
    title=st.just("Nghị định 63/2010/NĐ-CP"),
    effective_on=st.none() | DAYS,
    expires_on=st.none() | DAYS,
    changes=st.lists(CHANGES, max_size=3).map(tuple),
)


def change(kind: str = "amends", on: date | None = date(2026, 7, 1), articles: tuple[str, ...] = ()) -> Change:
    return Change(1, kind, "Nghị định 1/2026/NĐ-CP", on, articles, RECORDED)


def document(*changes: Change, expires_on: date | None = None) -> Document:
    return Document(1, "Nghị định 63/2010/NĐ-CP", None, expires_on, changes)


def reasons(known: Document, day: date, *, article: str = "Điều 3", settled_at: datetime | None = None) -> list[str]:
    return [cause.reason for cause in causes(known, article=article, settled_at=settled_at, as_of=day)]


@given(DOCUMENTS, DAYS)
def test_replaced_says_more_than_expired_and_expired_more_than_amended(known: Document, day: date) -> None:
    over = [c for c in known.changes if c.starts <= day]
    word = status(known, as_of=day)
    if known.effective_on and known.effective_on > day:
        assert word == "not_yet"
    elif any(c.kind == "replaces" for c in over):
        assert word == "replaced"
    elif known.expires_on and known.expires_on < day:
        assert word == "expired"
    else:
        assert word == ("amended" if over else "in_force")


@given(DOCUMENTS, DAYS, st.integers(0, 2_000), st.none() | MOMENTS)
def test_what_speaks_against_a_citation_never_goes_away_by_itself(
    known: Document, day: date, later: int, settled_at: datetime | None
) -> None:
    then = {c.key for c in causes(known, article="Điều 3", settled_at=settled_at, as_of=day)}
    assert then <= {c.key for c in causes(known, article="Điều 3", settled_at=settled_at, as_of=day + timedelta(later))}


@given(DOCUMENTS, DAYS, MOMENTS)
def test_whoever_settled_a_wording_earlier_knew_no_more(known: Document, day: date, settled_at: datetime) -> None:
    knew = {c.key for c in causes(known, article="", settled_at=settled_at, as_of=day)}
    earlier = settled_at - timedelta(days=90)
    assert knew <= {c.key for c in causes(known, article="", settled_at=earlier, as_of=day)}
    assert knew <= {c.key for c in causes(known, article="", settled_at=None, as_of=day)}


@given(st.lists(st.integers(1, 200), min_size=1, max_size=6), st.integers(1, 200))
def test_an_amendment_of_named_articles_covers_exactly_those(changed: list[int], cited: int) -> None:
    texts = [f"Điều {number}" for number in changed]
    assert covers(texts, f"điểm a khoản 2 Điều {cited}") == (cited in changed)
    assert covers(["Điều " + ", ".join(map(str, changed))], f"Điều {cited} khoản 1") == (cited in changed)
    assert covers([], f"Điều {cited}")
    assert covers(texts, "Phụ lục I")
    assert covers([*texts, "Chương II"], f"Điều {cited}")


@pytest.mark.parametrize(
    ("text", "articles"),
    [
        ("Điều 4, 5 và 8", {"4", "5", "8"}),
        ("Điều 4 đến Điều 6", {"4", "5", "6"}),
        ("các Điều 15-17, Điều 35a", {"15", "16", "17", "35a"}),
        ("khoản 1 Điều 3, khoản 2 Điều 4", {"3", "4"}),
        ("Điều 3 khoản 4 (sửa bởi Điều 1 NĐ 309/2026)", {"3"}),
        ("Phụ lục II", set()),
        ("Điều 1 đến Điều 99999", {"1", "99999"}),
    ],
)
def test_articles_as_people_write_them(text: str, articles: set[str]) -> None:
    assert articles_of(text) == articles


def test_a_replacement_begins_at_midnight_in_vietnam_and_a_last_day_is_still_in_force() -> None:
    replaced = document(change("replaces"))
    assert reasons(replaced, date(2026, 6, 30)) == []
    assert reasons(replaced, date(2026, 7, 1)) == ["replaced"]
    ending = document(expires_on=date(2027, 2, 28))
    assert reasons(ending, date(2027, 2, 28)) == []
    assert reasons(ending, date(2027, 3, 1)) == ["expired"]


def test_an_unknown_day_is_the_day_of_recording_in_vietnam() -> None:
    late = Change(1, "replaces", "x", None, (), datetime(2026, 3, 1, 17, 30, tzinfo=UTC))
    assert late.starts == date(2026, 3, 2)
    assert reasons(document(late), date(2026, 3, 1)) == []
    assert reasons(document(late), date(2026, 3, 2)) == ["replaced"]


@pytest.mark.parametrize(
    ("settled_at", "found"),
    [
        (None, ["amended"]),
        (datetime(2026, 2, 1, tzinfo=UTC), ["amended"]),  # before anybody here had heard of it
        (datetime(2026, 4, 1, tzinfo=UTC), ["amended"]),  # heard of it, but it was not yet in force
        (datetime(2026, 6, 30, 16, 59, tzinfo=UTC), ["amended"]),  # 23:59 of the day before
        (datetime(2026, 6, 30, 17, 0, tzinfo=UTC), []),  # 00:00 of the day itself
    ],
)
def test_an_amendment_is_known_to_whoever_settled_after_it(settled_at: datetime | None, found: list[str]) -> None:
    assert reasons(document(change()), date(2026, 8, 1), settled_at=settled_at) == found


@pytest.mark.parametrize(
    ("text", "number", "national"),
    [
        ("Nghị định số 118/2025/NĐ-CP ngày 09/6/2025 của Chính phủ", "118/2025/NĐ-CP", "118/2025/NĐ-CP"),
        ("Nghị định 63/2010/NĐ-CP (sửa đổi bởi NĐ 92/2017/NĐ-CP ngày 07/8/2017)", "63/2010/NĐ-CP", "63/2010/NĐ-CP"),
        ("Nghị quyết 66.22/2026/NQ-CP", "66.22/2026/NQ-CP", "66.22/2026/NQ-CP"),
        ("Luật Căn cước số 26/2023/QH15", "26/2023/QH15", "26/2023/QH15"),
        ("Quyết định 06/QĐ-TTg", "06/QĐ-TTg", ""),
        ("Quyết định 12/2025/QĐ-UBND", "12/2025/QĐ-UBND", ""),
        ("Nghị định 1/2020/NĐ-CP, Nghị định 2/2021/NĐ-CP", "1/2020/NĐ-CP", ""),
        ("Truyền hình Nghệ An 01/10/2020", "", ""),
    ],
)
def test_numbers_in_names(text: str, number: str, national: str) -> None:
    assert (number_of(text), names_by_number(text)) == (number, national)


@given(st.text(max_size=400))
def test_every_name_has_a_key_that_fits(text: str) -> None:
    assert len(name_key(text)) <= 300
    assert bool(name_key(text)) == bool(text)
    articles_of(text), number_of(text), names_by_number(text)
