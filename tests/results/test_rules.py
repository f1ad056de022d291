"""A sheet's content: the same bytes for the same inputs, ranks that follow, nobody's agency."""

import copy
import hashlib
import hmac
import json
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.results.rules import CRITERIA, DECIDED, Counted, content, name_commitment, ranking_follows
from contest.rounds.ranking import Result
from contest.rounds.rules import CRITERIA as CODES
from contest.rounds.rules import RoundRules, rules_from_data
from core.canonical import canonical_json
from tests.rounds.test_rules import rules

CLOSES = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
AGENCIES = ["SO-NV", "SO-TC", "XA-17950", "CAT", ""]
SALT = "5a" * 32
quick = settings(max_examples=100, deadline=None)


def sheet(counted: list[Counted], asked: RoundRules | None = None, **changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "contest_title": "Tìm hiểu kiểm soát TTHC",
        "round_id": "0123456789abcdef",
        "round_title": "Tuần 1",
        "number": 1,
        "supersedes": None,
        "rules": asked or rules(),
        "revision": 1,
        "pool_commitment": "ab" * 32,
        "counted": counted,
    }
    return content(**(plain | changes))


def counted(n: int, agency: str, points: int, elapsed: int = 60_000, seconds: float = 0) -> Counted:
    who = f"bi-danh-{n:03d}"
    result = Result(who, points, elapsed, CLOSES - timedelta(seconds=seconds))
    return Counted(who, name_commitment(full_name=f"Người {n}", agency=agency, salt=SALT), agency, result)


@st.composite
def fields(draw: st.DrawFn) -> list[Counted]:
    rows = st.tuples(st.sampled_from(AGENCIES), st.integers(0, 3), st.integers(0, 2), st.integers(0, 4))
    return [counted(n, a, p, e, s / 2) for n, (a, p, e, s) in enumerate(draw(st.lists(rows, max_size=25)))]


def test_a_sheet_by_example() -> None:
    three = [counted(1, "SO-NV", 2, 500), counted(2, "SO-TC", 3, 900), counted(3, "SO-NV", 2, 500)]
    data = sheet(three, number=2, supersedes="cd" * 32)
    assert [(row["rank"], row["pseudonym"], row["decided_by"]) for row in data["rows"]] == [
        (1, "bi-danh-002", ""),
        (2, "bi-danh-001", "points"),
        (2, "bi-danh-003", "shared"),
    ]
    assert data["rows"][0] == {
        "rank": 1,
        "pseudonym": "bi-danh-002",
        "name_commitment": three[1].commitment,
        "points": 3,
        "elapsed_ms": 900,
        "submitted_at": "2026-11-30T01:00:00+00:00",
        "decided_by": "",
    }
    assert (data["number"], data["supersedes"], data["key_revision"]) == (2, "cd" * 32, 1)
    assert rules_from_data(data["rules"]) == rules()
    assert (data["agencies"], data["agencies_withheld"]) == ([], 2)


@quick
@given(fields(), st.randoms())
def test_same_inputs_same_bytes_and_the_ranking_follows(people: list[Counted], chance: random.Random) -> None:
    text = canonical_json(sheet(people))
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert canonical_json(sheet(shuffled)) == text
    read = json.loads(text)
    assert canonical_json(read) == text
    assert ranking_follows(read)
    assert len(read["rows"]) == len(people)


@quick
@given(fields())
def test_no_small_agency_and_nobodys_agency_stands_in_it(people: list[Counted]) -> None:
    data = sheet(people)
    takers = {code: sum(1 for c in people if c.agency == code) for code in AGENCIES if code}
    shown = {a["agency"]: a["takers"] for a in data["agencies"]}
    withheld = {c: n for c, n in takers.items() if n and c not in shown}
    assert all(takers[code] == number >= 5 for code, number in shown.items())
    assert data["agencies_withheld"] == len(withheld)
    # What is withheld does not follow by subtraction, unless nobody is shown.
    assert not shown or not withheld or (len(withheld) >= 2 and sum(withheld.values()) >= 5)
    assert [a["rank"] for a in data["agencies"]][:1] in ([], [1])
    for agency in data["agencies"]:
        assert agency["points"] == sum(c.result.points for c in people if c.agency == agency["agency"])
    rows = canonical_json(data["rows"])
    assert not [code for code in AGENCIES if code and code in rows]
    for code, number in takers.items():
        if number < 5:
            assert code not in canonical_json(data)


@quick
@given(fields().filter(bool), st.integers(0, 24), st.sampled_from([-2, -1, 1, 2]))
def test_a_changed_rank_does_not_follow(people: list[Counted], which: int, by: int) -> None:
    data = sheet(people)
    data["rows"][which % len(people)]["rank"] += by
    assert not ranking_follows(data)


@quick
@given(fields().filter(lambda people: len(people) > 1), st.integers(0, 24), st.integers(-5, 5).filter(bool))
def test_changed_points_never_move_anybody_unseen(people: list[Counted], which: int, by: int) -> None:
    """Points may only differ where no place, tie or reason depends on it; the hash tells the rest."""
    data = sheet(people)
    changed = copy.deepcopy(data)
    row = changed["rows"][which % len(people)]
    row["points"] += by
    if ranking_follows(changed):
        points = [r["points"] for r in changed["rows"]]
        assert points == sorted(points, reverse=True)
        assert [r["decided_by"] == "points" for r in changed["rows"][1:]] == [
            above > below for above, below in pairwise(points)
        ]
    assert canonical_json(changed) != canonical_json(data)


FIVE = [
    counted(1, "CAT", 9),
    counted(2, "CAT", 8, 100),
    counted(3, "", 8, 200),
    counted(4, "", 8, 200, 5),
    counted(5, "", 1),
]


@pytest.mark.parametrize(
    ("row", "change"),
    [
        (0, {"points": 8}),
        (0, {"points": 7}),
        (1, {"points": 9}),
        (1, {"points": 10}),
        (4, {"points": 9}),
        (4, {"rank": 4}),
        (2, {"rank": 2}),
        (1, {"elapsed_ms": 201}),
        (1, {"elapsed_ms": 200}),
        (3, {"submitted_at": (CLOSES - timedelta(seconds=6)).isoformat()}),
        (2, {"decided_by": "submitted_at"}),
        (0, {"decided_by": "points"}),
        (2, {"pseudonym": "bi-danh-999", "points": 9}),
    ],
)
def test_mutations_that_are_seen(row: int, change: dict[str, Any]) -> None:
    data = sheet(FIVE)
    assert ranking_follows(data)
    data["rows"][row] |= change
    assert not ranking_follows(data)


def test_an_order_or_a_rule_that_was_changed_afterwards_is_seen() -> None:
    data = sheet(FIVE)
    swapped = copy.deepcopy(data)
    swapped["rows"][1:3] = swapped["rows"][2:0:-1]
    assert not ranking_follows(swapped)
    other = copy.deepcopy(data)
    other["rules"]["criteria"] = ["points"]
    assert not ranking_follows(other)
    shorter = copy.deepcopy(data)
    del shorter["rows"][0]
    assert not ranking_follows(shorter)
    assert ranking_follows(sheet([]))


def test_a_name_commitment_binds_name_agency_and_salt() -> None:
    made = name_commitment(full_name="Nguyễn Văn An", agency="SO-NV", salt=SALT)
    assert made == hmac.new(b"\x5a" * 32, "Nguyễn Văn An\nSO-NV".encode(), hashlib.sha256).hexdigest()
    others = {
        name_commitment(full_name="Nguyễn Văn Ân", agency="SO-NV", salt=SALT),
        name_commitment(full_name="Nguyễn Văn An", agency="SO-TC", salt=SALT),
        name_commitment(full_name="Nguyễn Văn An", agency="", salt=SALT),
        name_commitment(full_name="Nguyễn Văn An", agency="SO-NV", salt="5b" * 32),
    }
    assert len(others) == 4
    assert made not in others
    with pytest.raises(ValueError, match="hexadecimal"):
        name_commitment(full_name="An", agency="", salt="không phải số")


def test_every_reason_has_its_words() -> None:
    assert set(CRITERIA) == set(CODES)
    assert set(DECIDED) == {*CODES, "", "shared"}
    assert all(DECIDED.values())
