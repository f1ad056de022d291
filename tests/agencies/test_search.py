"""Search over the real tree of Nghệ An, on both databases: the traps of its data sheet."""

import csv
from datetime import date, timedelta

import sqlalchemy as sa

from contest.agencies import queries
from contest.agencies.models import Agency
from contest.agencies.rules import Match
from contest.agencies.service import NGHE_AN
from core.db import transaction
from tests.world import World

TODAY = date(2026, 11, 23)
with NGHE_AN.open(encoding="utf-8-sig", newline="") as lines:
    ROWS = {row["code"]: row for row in csv.DictReader(lines)}
ENDED = {code for code, row in ROWS.items() if row["valid_to"] and row["valid_to"] < TODAY.isoformat()}
UNPICKABLE = {code for code, row in ROWS.items() if row["pickable"] != "yes"}


def _find(world: World, query: str, *, today: date = TODAY, limit: int = 8) -> list[Match]:
    with world.inside():
        return queries.find(query, today=today, limit=limit)


def test_present_and_former_names(world: World) -> None:
    assert _find(world, "so khdt")[0] == Match("SO-TC", "Sở Tài chính", "Sở KHĐT")
    assert _find(world, "Sở KH&ĐT")[0].code == "SO-TC"
    assert _find(world, "sở tài chính")[0] == Match("SO-TC", "Sở Tài chính", "")
    assert _find(world, "xa nam dan")[0] == Match("17935", "Xã Nam Đàn", "")
    assert _find(world, "thị trấn nam đàn") == [Match("17950", "Xã Vạn An", "Thị trấn Nam Đàn (huyện Nam Đàn)")]
    assert _find(world, "chau tien")[0] == Match("16792", "Xã Châu Tiến", "")
    assert _find(world, "châu tiến quỳ hợp")[0].name == "Xã Châu Hồng"
    assert _find(world, "tam hợp tương dương")[0].name == "Xã Tam Thái"
    assert _find(world, "đông thành yên thành")[0] == Match("17506", "Xã Yên Thành", "Xã Đông Thành (huyện Yên Thành)")
    assert _find(world, "đông thành")[0] == Match("17530", "Xã Đông Thành", "")


def test_the_usual_abbreviation_of_a_town(world: World) -> None:
    assert _find(world, "TT Nam Đàn")[0].name == "Xã Vạn An"


def test_equal_former_names_show_their_district(world: World) -> None:
    assert [(m.name, m.matched) for m in _find(world, "xa dong van")] == [
        ("Xã Thông Thụ", "Xã Đồng Văn (huyện Quế Phong)"),
        ("Xã Tiên Đồng", "Xã Đồng Văn (huyện Tân Kỳ)"),
        ("Xã Đại Đồng", "Xã Đồng Văn (huyện Thanh Chương)"),
    ]
    assert {m.matched for m in _find(world, "nghi van")} == {
        "Xã Nghi Vạn (huyện Nghi Lộc)",
        "Xã Nghi Văn (huyện Nghi Lộc)",
    }
    assert {"Xã Diễn Hoa (huyện Diễn Châu)", "Xã Diên Hoa (huyện Nghi Lộc)"} <= {
        m.matched for m in _find(world, "dien hoa")
    }


def test_every_pickable_agency_is_first_under_its_own_name(world: World) -> None:
    pickable = [row for code, row in ROWS.items() if code not in UNPICKABLE]
    assert len(pickable) > 150
    with world.inside():
        for row in pickable:
            first = queries.find(row["name"], today=TODAY)[0]
            assert (first.code, first.matched) == (row["code"], "")


def test_an_ended_unit_is_never_offered_but_leads_to_its_successors(world: World) -> None:
    assert ENDED
    assert ENDED <= UNPICKABLE
    with world.inside():
        for code in UNPICKABLE:
            row = ROWS[code]
            found = queries.find(row["name"], today=TODAY, limit=99)
            assert not {match.code for match in found} & UNPICKABLE, row["name"]
            successors = {heir for heir in row["merged_into_codes"].split(";") if heir} - UNPICKABLE
            assert successors <= {match.code for match in found}, row["name"]
            assert queries.pickable(code, today=TODAY) is None


def test_what_has_not_begun_or_has_ended_cannot_be_picked(world: World) -> None:
    first = date(2025, 7, 1)
    for day, there in ((first - timedelta(days=1), False), (first, True)):
        assert bool(_find(world, "xã vạn an", today=day)) is there
        with world.inside():
            assert (queries.pickable("17950", today=day) is not None) is there
    with world.inside(), transaction() as session:
        session.execute(sa.update(Agency).where(Agency.code == "17950").values(valid_to=TODAY))
    assert _find(world, "xã vạn an")[0].code == "17950"
    tomorrow = TODAY + timedelta(days=1)
    assert "17950" not in {match.code for match in _find(world, "vạn an", today=tomorrow)}
    with world.inside():
        assert "17950" not in {row.code for row in queries.all_pickable(today=tomorrow)}
        assert "17950" in {row.code for row in queries.all_pickable(today=TODAY)}


STRANGE = [
    "%", "_", "%%", "a%", "nam_dan", "'", "\"", "\\", "\\%", "'; DROP TABLE agency; --", "...", "-", "()", "   ", "",
    "\x00", "nam\x00dan", "\ud800", "🙂", "省", "xã " * 3000, "a" * 10_000, "%" * 10_000, "ﬃ" * 10_000,
    "nam dan " * 1250, "١٢٣", "x' OR '1'='1", "$1", ":a", "?",
]  # fmt: skip


def test_no_query_is_an_error_and_no_wildcard_is_one(world: World) -> None:
    for query in STRANGE:
        found = _find(world, query)
        assert len(found) <= 8
    for query in ("%", "_", "...", "\\", "'", "\x00", "🙂", "%" * 10_000, "nam%%%%dan_", "a" * 10_000):
        only_words = query.replace("%", " ").replace("_", " ")
        assert _find(world, query) == _find(world, only_words)
    assert _find(world, "%") == []
    assert _find(world, "nam_dan") == _find(world, "nam dan") != []


def test_the_page_asks_with_anything(world: World) -> None:
    client = world.client()
    for query in STRANGE:
        if query.isprintable() and len(query) < 3000:
            answer = client.get("/api/v1/agencies", query_string={"q": query})
            assert answer.status_code == 200, query
    assert client.get("/api/v1/agencies?q=so+khdt").json["agencies"][0] == {
        "code": "SO-TC",
        "name": "Sở Tài chính",
        "hint": "tên khác hoặc tên cũ: Sở KHĐT",
    }
    assert client.get("/api/v1/agencies").json == {"agencies": []}
    assert client.get("/api/v1/agencies?q=%ff%fe").status_code == 200
