"""The law's pages, the workbook of changes and the commands."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient

from contest.rounds.rules import BlueprintCell
from core.access import SYSTEM
from core.db import transaction
from questions.imports import starter
from questions.items import Citation
from questions.law import queries as law
from questions.law.register import new_document
from questions.review import quarantine
from tests.questions import made
from tests.questions.law.test_changes_file import AMENDS, workbook
from tests.wire import ON_SQLITE
from tests.world import World

pytestmark = ON_SQLITE
NAME = "Nghị định 118/2025/NĐ-CP"


@pytest.fixture
def client(world: World) -> FlaskClient:
    """An organiser's browser, after the worker has passed."""
    with world.inside():
        quarantine.apply(actor=SYSTEM, now=world.now)
    world.later(minutes=10)
    return world.client(world.person("VP-UBND", role="organiser"))


def line(world: World, title: str = NAME) -> law.DocumentLine:
    with world.inside():
        return next(d for d in law.documents(as_of=world.now.date()) if d.title == title)


def test_a_file_is_shown_before_it_is_written_and_then_does_the_same(world: World, client: FlaskClient) -> None:
    before = line(world)
    shown = client.post("/organiser/law/file", data={"file": (io.BytesIO(workbook(AMENDS)), "thay-doi.xlsx")})
    assert shown.status_code == 200
    assert line(world) == before
    number = int(re.findall(r">\s*(\d+) câu hỏi sẽ tạm dừng", shown.text)[0])
    assert number > 0
    kept = re.findall(r'name="kept" value="([^"]+)"', shown.text)[0]
    assert client.post("/organiser/law/file/confirm", data={"kept": kept[:-2] + "xx"}).status_code == 422
    assert line(world) == before
    done = client.post("/organiser/law/file/confirm", data={"kept": kept})
    assert done.status_code == 303
    assert f"{number} câu hỏi tạm dừng sử dụng" in client.get(done.location).text
    assert [c.other for c in line(world).changes][-1] == "45/2026/NĐ-CP"


def test_a_bad_file_writes_nothing_and_says_where(world: World, client: FlaskClient) -> None:
    sent = workbook(AMENDS, ("", "", "x"))
    shown = client.post("/organiser/law/file", data={"file": (io.BytesIO(sent), "thay-doi.xlsx")})
    assert shown.status_code == 422
    assert "Dòng 3" in shown.text
    assert 'name="kept"' not in shown.text
    assert client.post("/organiser/law/file", data={}).status_code == 422


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(world: World, client: FlaskClient) -> None:
    sent = {"title": "", "subject": "Về việc rất dài", "amended_articles": "Điều 4", "issued_on": "31/02/2026"}
    shown = client.post("/organiser/law/new", data=sent)
    assert shown.status_code == 422
    assert all(text in shown.text for text in ("Về việc rất dài", "Điều 4", "31/02/2026", "Đề nghị nhập tên văn bản."))


def test_an_end_recorded_in_the_form_names_the_rounds_that_lack_questions(world: World, client: FlaskClient) -> None:
    with world.inside():
        made.add(world, made.item(citations=(Citation("Quy chế 9999", "Điều 1"),)), state="sample")
    draft = world.round(prepared=False, blueprint=(BlueprintCell("mot-cua", 1, 99),), attempts=1)
    known = line(world, "Quy chế 9999")
    done = client.post(
        f"/organiser/law/{known.id}/edit", data={"title": "Quy chế 9999", "expires_on": "2026-11-22"}
    )  # fmt: skip
    assert done.status_code == 303
    page = client.get(done.location).text
    assert "1 câu hỏi tạm dừng sử dụng" in page
    assert draft in page
    assert "hết hiệu lực sau ngày 22/11/2026" in page
    assert line(world, "Quy chế 9999").status == "expired"


def test_a_frozen_round_says_what_it_rests_on(world: World, client: FlaskClient) -> None:
    with world.inside():
        made.add(world, made.item(citations=(Citation("Quy chế 9999", "Điều 1"),)), state="sample")
    frozen = world.round(opens=timedelta(days=1))
    known = line(world, "Quy chế 9999")
    client.post(f"/organiser/law/{known.id}/edit", data={"title": "Quy chế 9999", "expires_on": "2026-11-25"})
    for page in (f"/organiser/rounds/{frozen}", "/organiser"):
        assert "1 câu trong đề đã chốt" in client.get(page).text


def test_the_list_is_found_without_accents_and_by_state(world: World, client: FlaskClient) -> None:
    assert NAME in client.get("/organiser/law?text=nghi+dinh+118+2025").text
    assert NAME not in client.get("/organiser/law?status=expired").text
    assert "Không có văn bản nào khớp" in client.get("/organiser/law?text=khongco").text
    for sort in ("effective", "expires", "cited", "title", "nonsense"):
        assert client.get(f"/organiser/law?sort={sort}&page=7").status_code == 200


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_who_may_only_read_is_offered_nothing_else(world: World, role: str) -> None:
    reader = world.client(world.person("SO-NV", role=role))
    known = line(world)
    assert "Thêm văn bản" not in reader.get("/organiser/law").text
    assert reader.get(f"/organiser/law/{known.id}").status_code == 200
    for path in ("/organiser/law/new", "/organiser/law/file", f"/organiser/law/{known.id}/edit"):
        assert reader.get(path).status_code == 403
    assert reader.post("/organiser/law/new", data={"title": "Luật"}).status_code == 403


def test_commands_say_what_a_day_overtakes_and_record_files(world: World, client: FlaskClient, tmp_path: Any) -> None:
    run = world.app.test_cli_runner().invoke
    today = run(args=["questions", "check", "--law-only", "--json"])
    assert today.exit_code == 0, today.output
    assert json.loads(today.output)["summary"]["drawable"] == 0
    later = run(args=["questions", "check", "--law-only", "--as-of", "2027-03-01", "--json"])
    assert later.exit_code == 1
    new = [one for one in json.loads(later.output)["touched"] if one["drawable"]]
    assert {(one["document"], one["reason"], one["on"]) for one in new} == {
        ("Nghị quyết 66.22/2026/NQ-CP", "expired", "2027-02-28")
    }
    file = tmp_path / "changes.xlsx"
    file.write_bytes(workbook(AMENDS))
    dry = run(args=["questions", "law", str(file), "--dry-run", "--json"])
    assert dry.exit_code == 0, dry.output
    assert len(line(world).changes) == len(json.loads(dry.output)["changes"]) + 1
    real = run(args=["questions", "law", str(file), "--json"])
    assert {**json.loads(real.output), "dry_run": True} == json.loads(dry.output)
    same = run(args=["questions", "law", str(starter.STARTER / "documents.json"), "--json"])
    assert json.loads(same.output)["added"] == []
    bad = tmp_path / "bad.json"
    bad.write_bytes(msgspec.json.encode([{"number": "1"}]))
    assert run(args=["questions", "law", str(bad)]).exit_code == 1


def test_rounds_are_checked_by_command(world: World, client: FlaskClient) -> None:
    run = world.app.test_cli_runner().invoke
    draft, frozen = world.round(prepared=False, blueprint=(BlueprintCell("mot-cua", 1, 99),)), world.round()
    everything = run(args=["rounds", "check", "--json"])
    assert everything.exit_code == 1
    found = {one["id"]: one for one in json.loads(everything.output)["rounds"]}
    assert found[draft]["shortages"][0]["wanted"] == 99
    assert found[frozen]["ok"]
    assert run(args=["rounds", "check", frozen, "--json"]).exit_code == 0
    assert run(args=["rounds", "check", "--as-of", "2026-13-01"]).exit_code == 2


def test_a_citation_that_nobody_recorded_stays_with_who_reads_its_bank(world: World, client: FlaskClient) -> None:
    secret = "Kế hoạch kiểm tra đột xuất số 15/KH-SYT"
    own = world.client(world.person("SO-YT", role="author", of_agency=True))
    other = world.client(world.person("SO-TC", role="author", of_agency=True))
    with world.inside():
        theirs = made.empty_bank(world, "Ngân hàng ngành y tế", owner_id=world.agency_id("SO-YT"))
        made.empty_bank(world, "Ngân hàng ngành tài chính", owner_id=world.agency_id("SO-TC"))
        made.add(world, made.item(citations=(Citation(secret, "Điều 1"),)), bank=theirs)
    pages = ("/organiser/law?text=kiem+tra+dot+xuat", "/organiser/questions", "/organiser/questions/new")
    known = f"/organiser/law/{line(world, secret).id}"
    for reader, listed in ((own, True), (client, True), (other, False)):
        assert [secret in reader.get(page).text for page in pages] == [listed] * 3
        assert (reader.get(known).status_code == 200) is listed
    assert NAME in other.get("/organiser/law?text=118/2025").text
    client.post(f"{known}/edit", data={"title": secret, "issuer": "Sở Y tế"})
    assert [secret in other.get(page).text for page in pages] == [True] * 3


def test_suggestions_are_bounded(world: World) -> None:
    with world.inside(), transaction() as session:
        session.add_all(new_document(f"Kế hoạch số {n} của Sở", world.now) for n in range(law.SUGGESTIONS + 1))
    with world.inside():
        titles = law.titles()
        assert len(titles) == law.SUGGESTIONS
        assert NAME in titles
