"""Published sheets over HTTP: what anybody can hash, and files without formulas."""

import hashlib
import io
import json
import time
import zipfile
from datetime import timedelta

import python_calamine
import sqlalchemy as sa

from contest.results import queries, service
from contest.results.models import SheetName
from core.access import SYSTEM
from core.db import transaction
from tests.wire import ON_SQLITE, PRIVATE, problem
from tests.world import World

FORMULAS = [
    "=cmd()",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    '=HYPERLINK("http://evil.example")',
    "http://a.example",
]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _frozen(world: World, *, names: tuple[str, ...] = ("Lê Văn Châu", "Hồ Thị Dung"), **changes) -> tuple[str, str]:
    round_id = world.round(lasts=timedelta(hours=2), **changes)
    for right, name in enumerate(names):
        world.sit(world.person(name=name), round_id, right=min(right, 4))
    world.later(hours=3)
    with world.inside():
        return service.freeze(actor=SYSTEM, now=world.now, round_id=round_id).public_id, round_id


def _publish(world: World, sheet_id: str) -> None:
    with world.inside():
        service.publish(actor=SYSTEM, now=world.now, sheet_id=sheet_id)


def _sheets(data: bytes) -> dict[str, list[list]]:
    book = python_calamine.load_workbook(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_published_content_has_the_published_hash(world: World) -> None:
    sheet_id, round_id = _frozen(world)
    _publish(world, sheet_id)
    answer = world.client().get(f"/api/v1/results/{sheet_id}")
    body = answer.json
    assert answer.content_type == "application/json"
    assert set(body) == {"sheet", "number", "round", "sha256", "published_at", "content"}
    assert (body["sheet"], body["number"], body["round"]) == (sheet_id, 1, round_id)
    assert hashlib.sha256(body["content"].encode()).hexdigest() == body["sha256"]
    content = json.loads(body["content"])
    assert [row["points"] for row in content["rows"]] == [1, 0]
    for name in ("Lê", "Hồ", "Châu", "Dung", "Sở Nội vụ", "SO-NV"):
        assert name not in body["content"]
    page = world.client().get(f"/results/{sheet_id}").text
    assert all(body["sha256"][i : i + 8] in page for i in range(0, 64, 8))
    assert "Hồ T. D." in page


@ON_SQLITE
def test_what_is_not_published_is_404(world: World) -> None:
    sheet_id, round_id = _frozen(world)
    client = world.client(world.person())
    for address in (sheet_id, "0" * 16):
        problem(client.get(f"/api/v1/results/{address}"), 404)
        assert client.get(f"/results/{address}").status_code == 404
        assert client.get(f"/results/{address}.xlsx").status_code == 404
    assert sheet_id not in client.get("/results").text
    assert client.get(f"/api/v1/rounds/{round_id}").json["state"] == "closed"
    _publish(world, sheet_id)
    assert client.get(f"/results/{sheet_id}.xlsx").status_code == 200
    assert sheet_id in client.get("/results").text
    assert client.get(f"/api/v1/rounds/{round_id}").json["state"] == "published"


@ON_SQLITE
def test_a_correction_names_what_it_corrects(world: World) -> None:
    first, round_id = _frozen(world)
    _publish(world, first)
    with world.inside():
        second = service.freeze(actor=SYSTEM, now=world.now, round_id=round_id).public_id
    problem(world.client().get(f"/api/v1/results/{second}"), 404)
    _publish(world, second)
    old, new = (world.client().get(f"/api/v1/results/{sheet}").json for sheet in (first, second))
    assert (old["number"], new["number"]) == (1, 2)
    assert json.loads(new["content"])["supersedes"] == old["sha256"]
    assert json.loads(old["content"])["supersedes"] is None


@ON_SQLITE
def test_the_public_file_names_the_top_only(world: World) -> None:
    sheet_id, _ = _frozen(world, top=1)
    _publish(world, sheet_id)
    answer = world.client().get(f"/results/{sheet_id}.xlsx")
    assert answer.mimetype == XLSX
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    rows = _sheets(answer.get_data())["Cá nhân"]
    assert [row[:4] for row in rows[4:]] == [[1, "Hồ T. D.", "Sở Nội vụ", 1]]
    assert world.client().get(f"/api/v1/results/{sheet_id}").json["sha256"] in rows[1][0]


@ON_SQLITE
def test_the_committees_file_is_whole_and_private(world: World) -> None:
    sheet_id, _ = _frozen(world, top=1)
    client = world.client(world.person("VP-UBND", role="organiser"))
    answer = client.get(f"/organiser/sheets/{sheet_id}.xlsx")
    assert answer.headers["Cache-Control"] == PRIVATE
    assert [row[1] for row in _sheets(answer.get_data())["Cá nhân"][4:]] == ["Hồ Thị Dung", "Lê Văn Châu"]


@ON_SQLITE
def test_a_public_file_keeps_its_bytes_and_its_etag(world: World) -> None:
    sheet_id, _ = _frozen(world)
    _publish(world, sheet_id)
    first = world.client().get(f"/results/{sheet_id}.xlsx")
    time.sleep(1.1)  # the real clock: a file must not carry the second in which it was made
    again = world.client().get(f"/results/{sheet_id}.xlsx", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@ON_SQLITE
def test_small_agencies_show_no_number(world: World) -> None:
    names = tuple(f"Người Thứ {name}" for name in ("Nhất", "Nhì", "Ba", "Tư", "Năm"))
    round_id = world.round(lasts=timedelta(hours=2))
    for name in names:
        world.sit(world.person("SO-NV", name=name), round_id, right=2)
    for agency in ("SO-TP", "SO-TC", "SO-TC", "SO-YT", "SO-YT"):
        world.sit(world.person(agency), round_id, right=4)
    world.later(hours=3)
    with world.inside():
        sheet_id = service.freeze(actor=SYSTEM, now=world.now, round_id=round_id).public_id
    _publish(world, sheet_id)
    content = json.loads(world.client().get(f"/api/v1/results/{sheet_id}").json["content"])
    assert [(unit["agency"], unit["takers"]) for unit in content["agencies"]] == [("SO-NV", 5)]
    assert content["agencies_withheld"] == 3
    units = _sheets(world.client().get(f"/results/{sheet_id}.xlsx").get_data())["Đơn vị"]
    assert [row[1:3] for row in units[1:]] == [["Sở Nội vụ", 5]]


@ON_SQLITE
def test_names_and_agencies_stay_text_in_files(world: World) -> None:
    sheet_id, _ = _frozen(
        world, names=tuple(f"Người Thứ {chr(65 + i)}a" for i in range(len(FORMULAS))), full_names=True
    )
    with world.inside(), transaction() as session:
        named = session.scalars(sa.select(SheetName).order_by(SheetName.id)).all()
        for row, text in zip(named, FORMULAS, strict=True):
            row.full_name = text
        session.execute(sa.text("UPDATE agency SET name = '=2+5' WHERE code = 'SO-NV'"))
    _publish(world, sheet_id)
    organiser = world.client(world.person("VP-UBND", role="organiser"))
    for client, url in ((world.client(), "/results"), (organiser, "/organiser/sheets")):
        data = client.get(f"{url}/{sheet_id}.xlsx").get_data()
        rows = _sheets(data)["Cá nhân"][4:]
        assert sorted(row[1] for row in rows) == sorted(FORMULAS)
        assert {row[2] for row in rows} == {"=2+5"}
        assert b"<f>" not in _unzipped(data)
        assert b"evil.example" not in _unzipped(data, links=True)
    page = world.client().get(f"/results/{sheet_id}").text
    assert "=HYPERLINK(&#34;http://evil.example&#34;)" in page


def _unzipped(data: bytes, *, links: bool = False) -> bytes:
    """The worksheets' XML, or with ``links`` their relations: where hyperlinks would stand."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [n for n in archive.namelist() if n.startswith("xl/worksheets/") and n.endswith(".rels") is links]
        return b"".join(archive.read(name) for name in names)


@ON_SQLITE
def test_an_erased_name_leaves_the_proof(world: World) -> None:
    sheet_id, _ = _frozen(world)
    _publish(world, sheet_id)
    before = world.client().get(f"/api/v1/results/{sheet_id}").json
    with world.inside(), transaction() as session:
        session.execute(sa.delete(SheetName).where(SheetName.full_name == "Hồ Thị Dung"))
    assert world.client().get(f"/api/v1/results/{sheet_id}").json == before
    page = world.client().get(f"/results/{sheet_id}")
    assert page.status_code == 200
    assert "Hồ T. D." not in page.text
    with world.inside():
        assert queries.is_intact(sheet_id)
